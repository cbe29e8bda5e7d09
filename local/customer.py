"""Somebody of the simulation who signs in and buys over the API while prices run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from client import Client
from divisa.domain.errors import LaptopCloudError
from local import accounts
from local.trading import Consequences, Trade, consequences, trade, watch_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from local.cloud import LaptopCloud
    from local.stores import Stores

QUANTITY: Final = Decimal("50.00")
SLIPPAGE: Final = Decimal("0.05")
"""A replay runs hours in a second, so that the price moves between a quote and the order."""
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody did, and what followed from it.

    Attributes:
        person: the name of the sign-in.
        trade: what was bought.
        consequences: what else it changed.
    """

    person: str
    trade: Trade
    consequences: Consequences

    def report(self) -> dict[str, Any]:
        """The visit in the demo's report; balances stay out of it."""
        made = self.trade.transaction
        return {
            "person": self.person,
            "pair": made.pair,
            "side": made.side,
            "quantity": str(made.quantity),
            "price": str(made.price),
            "sequence": made.sequence,
            "folded": self.consequences.folded,
            "watch_evaluated": self.consequences.after is not None,
            "seconds_until_both": round(self.consequences.seconds, 2),
        }


@contextmanager
def meanwhile(running: LaptopCloud, stores: Stores, home: Path) -> Iterator[Future[Visit]]:
    """Let somebody buy in the background; at the end of the context they are done."""
    with ThreadPoolExecutor(1, thread_name_prefix="customer") as pool:
        yield pool.submit(visit, running, stores, home)


def visit(running: LaptopCloud, stores: Stores, home: Path) -> Visit:
    """Sign in, ask for a quote, buy, look at the portfolio, and wait for what follows. Prices must run.

    Args:
        running: a seeded cloud.
        stores: of it.
        home: its folder, where the sign-ins are kept.

    Raises:
        Refused: it could not be bought in a minute.
        Unavailable: the API did not answer.
        LaptopCloudError: nobody who has a sign-in can pay for it.
    """
    person, held = _somebody(running, stores, home)
    before = watch_of(stores, held.user_id, held.pair)
    token = accounts.sign_in(running, person, home=home).token
    with Client(accounts.api_url(running), token) as api:
        made = trade(api, "BUY", str(held.pair), QUANTITY, max_slippage=SLIPPAGE, patience=PATIENCE_SECONDS)
    return Visit(
        person,
        made,
        consequences(stores, held.user_id, held.pair, made.transaction, before, patience=PATIENCE_SECONDS),
    )


def _somebody(running: LaptopCloud, stores: Stores, home: Path) -> tuple[str, Portfolio]:
    """The first by name who has a sign-in and can pay, with what they hold."""
    subjects = accounts.subjects(running, home=home)
    held = {pair: stores.portfolios.get_many(pair, list(subjects.values())) for pair in sorted(stores.pairs)}
    for person, subject in sorted(subjects.items()):
        for pair, portfolios in held.items():
            found = portfolios.get(subject)
            if found is not None and _can_pay(stores, pair, found):
                return person, found
    raise LaptopCloudError("customer", "nobody who has a sign-in can pay; `divisa seed` makes people who can")


def _can_pay(stores: Stores, pair: Pair, held: Portfolio) -> bool:
    quote = stores.markets.load(pair).quote
    return quote is not None and held.quote_balance >= 2 * QUANTITY * quote.ask
