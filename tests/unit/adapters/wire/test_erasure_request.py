from __future__ import annotations

import pytest

from divisa.adapters.wire import erasure_request_from_json, erasure_request_to_json
from divisa.domain.errors import InvalidInput


@pytest.mark.parametrize("user_id", ["ana", "8f3c0d1e-0000-4000-8000-00000000000a", "ñandú"])
def test_a_request_names_who_is_to_be_erased(user_id: str) -> None:
    assert erasure_request_from_json(erasure_request_to_json(user_id)) == user_id


@pytest.mark.parametrize(
    "payload",
    ["", "{", "[]", "{}", '{"user_id": ""}', '{"user_id": 7}', '{"user_id": "ana", "x": 1}', b"\xff", "[" * 9999],
)
def test_anything_else_is_refused_and_not_repeated(payload: str | bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        erasure_request_from_json(payload)
    assert "ana" not in str(caught.value)
