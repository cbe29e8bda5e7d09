from __future__ import annotations

import json

import pytest

from divisa.adapters.wire import backlog_request_from_json, backlog_request_to_json
from divisa.domain.errors import InvalidInput
from tests.builders import USD_MXN


def test_a_request_names_a_pair_and_a_shard_and_comes_back_from_its_message() -> None:
    message = backlog_request_to_json(USD_MXN, 3)

    assert json.loads(message) == {"pair": "USD/MXN", "shard": 3}
    assert backlog_request_from_json(message) == backlog_request_from_json(message.decode()) == (USD_MXN, 3)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{}", b"[]", b"\xff", "nonsense", "\ud800", b"[" * 5000),
        '{"pair": "USDMXN", "shard": 3}',
        '{"pair": "USD/MXN", "shard": -1}',
        '{"pair": "USD/MXN", "shard": "3"}',
        '{"pair": "USD/MXN", "shard": 3, "price": 17.05}',
    ],
)
def test_a_message_that_is_no_request_is_refused(payload: bytes | str) -> None:
    with pytest.raises(InvalidInput, match="no request to work off a shard"):
        backlog_request_from_json(payload)
