"""The contract of a population's people: language, contacts, consent and balances, one pair each.

`users: user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair`. An empty phone or email
is none; contacts are not checked here, since a person's data may be wrong and is judged when a message is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.adapters.csv.table import RowReason, Table, Unusable, flag_of, not_negative, pair_of, user_of
from divisa.domain.pair import round_money
from divisa.domain.recipient import Channel, Language, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = (
    "user_id",
    "language",
    "phone",
    "email",
    "sms_consent",
    "email_consent",
    "base_balance",
    "quote_balance",
    "pair",
)


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person with balances in one pair, in the currencies' minor units."""

    recipient: Recipient
    pair: Pair
    base_balance: Decimal
    quote_balance: Decimal


def read_users(path: Path, *, on_reject: OnReject) -> Iterator[UserRow]:
    """The people of a file, one at a time, in its order.

    Args:
        path: the file.
        on_reject: told each row that is no person, or repeats a user and pair.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    seen: set[tuple[str, Pair]] = set()
    table = Table(path, HEADER, on_reject)
    for fields in table:
        try:
            row = _user(fields)
            key = (row.recipient.user_id, row.pair)
            if key in seen:
                raise Unusable(RowReason.DUPLICATE, "the user stands in the file with this pair already")
        except Unusable as problem:
            table.reject(problem)
            continue
        seen.add(key)
        yield row


def _user(fields: list[str]) -> UserRow:
    user_id, language, phone, email, sms, by_email, base, quote, pair_text = fields
    if language not in list(Language):
        raise Unusable(RowReason.UNKNOWN_LANGUAGE, f"language is none of {', '.join(Language)}")
    pair = pair_of(pair_text)
    consent = {Channel.SMS: flag_of("sms_consent", sms), Channel.EMAIL: flag_of("email_consent", by_email)}
    return UserRow(
        recipient=Recipient(
            user_id=user_of(user_id),
            language=Language(language),
            consent=frozenset(channel for channel, given in consent.items() if given),
            phone=phone or None,
            email=email or None,
        ),
        pair=pair,
        base_balance=round_money(not_negative("base_balance", base), pair.base),
        quote_balance=round_money(not_negative("quote_balance", quote), pair.quote),
    )
