"""A trade over the API, as an app makes it: ask for a quote, order at it, look at the portfolio."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from client import ApiProblem, ApiUnreachable, ClientError
from divisa.domain.errors import LaptopCloudError, Refused, Unavailable

if TYPE_CHECKING:
    from client import Client
    from client.values import Position, Quote, Side, Transaction
    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from local.stores import Stores

PASSING: Final = frozenset({"price_moved", "price_stale", "quote_expired", "busy", "throttled"})
"""Codes of refusals that end by themselves when prices go on."""
_AGAIN_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade that was made.

    Attributes:
        quote: that it was ordered at.
        transaction: the entry of the ledger.
        position: what its user held of the pair afterwards.
    """

    quote: Quote
    transaction: Transaction
    position: Position


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a trade changed besides the portfolio.

    Attributes:
        folded: number of the newest ledger entry that is in the user's behaviour summary.
        before: the user's watch as it was before the trade; None when there was none.
        after: the watch as it is now; None when it still is as it was.
        seconds: from the trade until both were there.
    """

    folded: int
    before: Watch | None
    after: Watch | None
    seconds: float


def trade(
    api: Client,
    side: Side,
    pair: str,
    quantity: Decimal,
    *,
    max_slippage: Decimal = Decimal(0),
    patience: float = 0.0,
) -> Trade:
    """Buy or sell at the newest price.

    Args:
        api: the user's.
        side: what to do with the base currency.
        pair: for example `USD/MXN`.
        quantity: base currency.
        max_slippage: how much worse than the quote's the price may be, as a share of it.
        patience: for how many seconds to try again while prices are on the move, with a new quote each time.

    Raises:
        Refused: it cannot be done as things stand.
        Unavailable: no answer came, or one that was of no use.
        LaptopCloudError: the API asks for something else than this program knows.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            quote = api.get_quote(pair)
            receipt = api.create_transaction(
                uuid.uuid4().hex, quote_id=quote.quote_id, side=side, quantity=quantity, max_slippage=max_slippage
            )
            break
        except ApiProblem as problem:
            # With a new key next time: a refusal with such a code has written nothing.
            if problem.code not in PASSING or time.monotonic() > deadline:
                raise refusal_of(problem) from problem
        except ClientError as error:
            raise refusal_of(error) from error
        time.sleep(_AGAIN_SECONDS)
    try:
        [position] = [each for each in api.get_portfolio().positions if each.pair == pair]
    except ClientError as error:
        raise refusal_of(error) from error
    return Trade(quote, receipt.transaction, position)


def refusal_of(error: ClientError) -> Refused | Unavailable | LaptopCloudError:
    """What an error of the client is to somebody at the command line."""
    if isinstance(error, ApiProblem):
        wrong = "; ".join(f"{each.field} {each.problem}" for each in error.problem.errors)
        words = f"{error.problem.detail} ({wrong})" if wrong else error.problem.detail
        if error.status >= 500:
            return Unavailable(f"the API cannot do that now: {words}")
        return Refused(error.code, f"the API refused: {words}")
    if isinstance(error, ApiUnreachable):
        return Unavailable(f"the API did not answer: {error}")
    return LaptopCloudError("api", f"answered what its document does not say: {error}")


def watch_of(stores: Stores, user_id: str, pair: Pair) -> Watch | None:
    """A user's watch of a pair as of now."""
    return stores.watches.get_many(pair, [user_id]).get(user_id)


def consequences(
    stores: Stores, user_id: str, pair: Pair, made: Transaction, before: Watch | None, *, patience: float
) -> Consequences:
    """Wait until a trade is in its user's behaviour summary, and the watch was evaluated again.

    Args:
        stores: of the cloud that it was made in.
        user_id: who traded.
        pair: what.
        made: the trade.
        before: the user's watch before it.
        patience: seconds to wait at most; what is not there by then is not told of.
    """
    started = time.monotonic()
    while True:
        folded = stores.summaries.load(pair, [user_id])[user_id].sequence
        watch = watch_of(stores, user_id, pair)
        fresh = watch if watch is not None and (before is None or watch.generation > before.generation) else None
        waited = time.monotonic() - started
        if (folded >= made.sequence and fresh is not None) or waited > patience:
            return Consequences(folded, before, fresh, waited)
        time.sleep(0.1)
