"""Trades in a ledger, as the API records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.domain.ledger import enter, transaction_id_of
from tests.builders import USD_MXN, a_market_view, a_quote, a_transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from divisa.domain.transaction import Side
    from divisa.ports import Ledger


def record_trades(ledger: Ledger, user: str, trades: Iterable[tuple[Side, datetime]]) -> None:
    """Record trades of 100 dollars, in order, of a user whose portfolio covers them."""
    for number, (side, at) in enumerate(trades):
        before = ledger.portfolio(user, USD_MXN)
        assert before is not None
        entry, after = enter(
            before,
            a_transaction(side, at=at, user_id=user),
            transaction_id=transaction_id_of(user, f"{number}"),
            quote=a_quote(at=at),
            market=a_market_view(),
            fingerprint=f"{number}",
        )
        assert ledger.record(entry, after)
