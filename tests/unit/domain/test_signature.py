from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.signature import SignedMessage, signature_of

KEY = b"k" * 64
MESSAGE = SignedMessage("bank", "1704895200", "n-000001", signature_of(KEY, "1704895200", "n-000001", b"{}"), b"{}")


def test_a_message_is_signed_with_its_key_and_no_other() -> None:
    assert MESSAGE.is_signed_with(KEY)
    assert not MESSAGE.is_signed_with(b"K" * 64)
    assert MESSAGE.is_well_formed
    assert MESSAGE.sent_at == datetime(2024, 1, 10, 14, 0, tzinfo=UTC)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_other_body_has_the_signature(body: bytes, other: bytes) -> None:
    signed = replace(MESSAGE, body=body, signature=signature_of(KEY, MESSAGE.timestamp, MESSAGE.nonce, body))
    assert signed.is_signed_with(KEY)
    assert replace(signed, body=other).is_signed_with(KEY) == (other == body)


@pytest.mark.parametrize(
    "changes", [{"timestamp": "1704895201"}, {"nonce": "n-000002"}, {"signature": "0" * 64}, {"signature": ""}]
)
def test_a_message_that_was_changed_is_not_signed(changes: dict[str, Any]) -> None:
    assert not replace(MESSAGE, **changes).is_signed_with(KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": ""},
        {"provider": "-bank"},
        {"provider": "b" * 65},
        {"provider": "bank\n"},
        {"provider": "../bank"},
        {"timestamp": ""},
        {"timestamp": "-1"},
        {"timestamp": "1.5"},
        {"timestamp": "1704895200\n"},
        {"timestamp": "١٧٠٤٨٩٥٢٠٠"},
        {"timestamp": "9" * 12},
        {"nonce": "short"},
        {"nonce": "n" * 65},
        {"nonce": "n.000001"},
        {"signature": MESSAGE.signature.upper()},
        {"signature": MESSAGE.signature[:-1]},
        {"signature": f"{MESSAGE.signature}0"},
    ],
)
def test_parts_that_look_wrong_are_seen(changes: dict[str, Any]) -> None:
    assert not replace(MESSAGE, **changes).is_well_formed


def test_every_timestamp_that_looks_like_one_is_a_moment() -> None:
    last = replace(MESSAGE, timestamp="9" * 11)
    assert (last.is_well_formed, last.sent_at.year) == (True, 5138)


def test_neither_signature_nor_body_is_printed() -> None:
    assert MESSAGE.signature not in repr(MESSAGE)
