"""The CSV contracts that a simulation is written in; prices and transactions are those of anyone's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.people import people, user_id
from simulator.population import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from simulator.draws import Draws, Floats, Ints
    from simulator.ledger import Looks
    from simulator.prices import PricePath

PRICES = "pair,event_time,bid,ask"
TRANSACTIONS = "user_id,event_time,pair,side,quantity,price"
USERS = "user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair"
ORACLE = "user_id,pair,event_time,p_buy,p_sell"
ACCOUNTS = "user_id,pair,opened_at"
GROUPS = "user_id,group"


def write_prices(path: Path, paths: Sequence[PricePath]) -> int:
    """Write quotes, each pair's in order of time, pair after pair; returns how many."""
    return _write(
        path,
        PRICES,
        (
            f"{quotes.pair},{at},{bid:.4f},{ask:.4f}"
            for quotes in paths
            for at, bid, ask in zip(stamps(quotes.times), quotes.bid.tolist(), quotes.ask.tolist(), strict=True)
        ),
    )


def write_transactions(path: Path, looks: Looks, pairs: Sequence[str]) -> int:
    """Write what was bought and sold, in the order given; `pairs` is by the user's number. Returns how many."""
    done = np.flatnonzero(looks.side)
    rows = zip(
        looks.user[done].tolist(),
        stamps(looks.at[done]),
        looks.side[done].tolist(),
        looks.quantity[done].tolist(),
        looks.price[done].tolist(),
        strict=True,
    )
    return _write(
        path,
        TRANSACTIONS,
        (
            f"{user_id(user)},{at},{pairs[user]},{'BUY' if side > 0 else 'SELL'},{quantity:.2f},{price:.4f}"
            for user, at, side, quantity, price in rows
        ),
    )


def write_oracle(path: Path, looks: Looks, pairs: Sequence[str]) -> int:
    """Write the hidden probabilities of every look, in the order given; returns how many."""
    rows = zip(looks.user.tolist(), stamps(looks.at), looks.p_buy.tolist(), looks.p_sell.tolist(), strict=True)
    return _write(
        path,
        ORACLE,
        (f"{user_id(user)},{pairs[user]},{at},{buy:.6f},{sell:.6f}" for user, at, buy, sell in rows),
    )


def write_accounts(path: Path, index: Ints, opened_at: Ints, pairs: Sequence[str]) -> int:
    """Write since when each user is there, `opened_at` in seconds since 1970 UTC; returns how many."""
    rows = zip(index.tolist(), pairs, stamps(opened_at), strict=True)
    return _write(path, ACCOUNTS, (f"{user_id(user)},{pair},{at}" for user, pair, at in rows))


def write_groups(path: Path, index: Ints, kinds: Ints) -> int:
    """Write the hidden `Kind` of each user, by its name in lower case; returns how many."""
    rows = zip(index.tolist(), kinds.tolist(), strict=True)
    return _write(path, GROUPS, (f"{user_id(user)},{Kind(kind).name.lower()}" for user, kind in rows))


def write_users(path: Path, index: Ints, base: Floats, quote: Floats, pairs: Sequence[str], draws: Draws) -> int:
    """Write contacts, consent and balances at the end of the simulated time; returns how many."""
    return _write(
        path,
        USERS,
        (
            f"{person.user_id},{person.language},{person.phone},{person.email},{_flag(person.consent)},"
            f"{_flag(person.consent)},{owned:.2f},{money:.2f},{pair}"
            for person, owned, money, pair in zip(
                people(index, draws), base.tolist(), quote.tolist(), pairs, strict=True
            )
        ),
    )


def stamps(at: Ints) -> list[str]:
    """Moments (seconds since 1970) as ISO 8601 in UTC.

    >>> stamps(np.array([0]))
    ['1970-01-01T00:00:00Z']
    """
    text: list[str] = np.datetime_as_string(at.astype("datetime64[s]"), unit="s").tolist()
    return [moment + "Z" for moment in text]


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _write(path: Path, header: str, lines: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        for line in lines:
            file.write(line + "\n")
            count += 1
    return count
