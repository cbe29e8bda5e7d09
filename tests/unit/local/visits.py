"""Somebody who bought over the API, and what followed."""

from __future__ import annotations

from dataclasses import replace
from math import log

import msgspec

from client.values import Position, Quote, Transaction
from divisa.domain.bands import Band
from divisa.domain.evaluation import Decision
from local.customer import Visit
from local.trading import Consequences, Trade
from tests.builders import a_watch
from tests.unit.client.canned import TRANSACTION
from tests.unit.local.test_trading import POSITION, QUOTE


def a_visit(*, folded: int = 1) -> Visit:
    """Bought 100 dollars; the watch was evaluated again, unless the entry is not folded."""
    before = a_watch()
    after = replace(before, band=Band(log(16.5), log(17.5)), decision=Decision.SELL, generation=1)
    made = Trade(
        msgspec.convert(QUOTE, Quote), msgspec.convert(TRANSACTION, Transaction), msgspec.convert(POSITION, Position)
    )
    return Visit("u-000001", made, Consequences(folded, before, after if folded else None, 0.8))
