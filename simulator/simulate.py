"""Simulate a population over real prices and write it as CSV contracts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.errors import InvalidSetting
from simulator.draws import Draws
from simulator.files import (
    write_accounts,
    write_groups,
    write_oracle,
    write_prices,
    write_transactions,
    write_users,
)
from simulator.ledger import WARM_UP_DAYS, Looks, joining_days, live
from simulator.population import SHARES, population
from simulator.prices import SOURCE, price_path
from simulator.session import SECONDS_A_DAY, midnight

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOTE = (
    "The users, their transactions and their contacts are simulated: no real person is in these files. "
    "Daily prices are the European Central Bank's; quotes between the daily fixings are made by a seeded bridge."
)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate. The same values give the same bytes, whatever `chunk` is.

    Attributes:
        users: how many users.
        start: first day of prices, UTC; the first users join 30 days later.
        end: the day after the last.
        pairs: which pairs; the first is traded by 80 % of the users.
        seed: of everything that is made.
        step_minutes: distance of the quotes.
        chunk: users simulated side by side; bounds memory.
    """

    users: int = 1500
    start: date = date(2021, 5, 1)
    end: date = date(2024, 5, 1)
    pairs: tuple[str, ...] = ("USD/MXN", "USD/BRL")
    seed: int = 20240501
    step_minutes: int = 60
    chunk: int = 5000


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """Where a simulation was written.

    Attributes:
        prices: the pairs' quotes.
        transactions: what everybody bought and sold.
        users: contacts, consent and balances at the end.
        accounts: since when each user is there.
        oracle: the hidden probabilities of every look; for comparison only.
        groups: the hidden kind of each user; for comparison only.
        parameters: what was simulated.
    """

    prices: Path
    transactions: Path
    users: Path
    accounts: Path
    oracle: Path
    groups: Path
    parameters: Path


NAMES = (
    "prices.csv",
    "transactions.csv",
    "users.csv",
    "accounts.csv",
    "oracle.csv",
    "groups.csv",
    "simulation.json",
)
"""Of the files in their folder, in the order of `SimulatedFiles`."""


def simulate(
    out: Path,
    simulation: Simulation | None = None,
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> SimulatedFiles:
    """Write the files of `SimulatedFiles` into a folder, under `NAMES`.

    Balances in `users.csv` are those at the end of the simulated time.

    Args:
        out: the folder; made when it does not exist.
        simulation: what to simulate.
        on_progress: told (stage, done, total) now and then; stages are `users` and `files`.

    Raises:
        InvalidSetting: a value makes no sense, or the days lie outside what the central bank has.
        UnknownPair: the central bank quotes no such pair.
    """
    plan = simulation or Simulation()
    _check(plan)
    draws = Draws(plan.seed)
    paths = [price_path(p, plan.start, plan.end, step_minutes=plan.step_minutes, seed=plan.seed) for p in plan.pairs]
    parts: list[Looks] = []
    pair_of, kinds, joined = (np.zeros(plan.users, dtype=np.int64) for _ in range(3))
    base, quote = np.zeros(plan.users), np.zeros(plan.users)
    for first in range(0, plan.users, plan.chunk):
        everyone = population(np.arange(first, min(first + plan.chunk, plan.users)), pairs=len(plan.pairs), draws=draws)
        pair_of[everyone.index] = everyone.pair
        kinds[everyone.index] = everyone.kind
        joined[everyone.index] = joining_days(everyone, (plan.end - plan.start).days)
        for number, path in enumerate(paths):
            some = everyone.where(everyone.pair == number)
            looks, accounts = live(some, path, plan.start, plan.end, draws)
            parts.append(looks)
            base[some.index] = accounts.position + accounts.received
            quote[some.index] = accounts.quote
        on_progress("users", min(first + plan.chunk, plan.users), plan.users)

    looks = _in_order(parts)
    pairs = [plan.pairs[number] for number in pair_of.tolist()]
    files = SimulatedFiles(*(out / name for name in NAMES))
    everybody = np.arange(plan.users)
    out.mkdir(parents=True, exist_ok=True)
    counts = {
        "quotes": write_prices(files.prices, paths),
        "transactions": write_transactions(files.transactions, looks, pairs),
        "users": write_users(files.users, everybody, base, quote, pairs, draws),
        "accounts": write_accounts(files.accounts, everybody, midnight(plan.start) + joined * SECONDS_A_DAY, pairs),
        "looks": write_oracle(files.oracle, looks, pairs),
        "groups": write_groups(files.groups, everybody, kinds),
    }
    files.parameters.write_text(json.dumps(_description(plan, counts), indent=2) + "\n", encoding="utf-8")
    on_progress("files", len(fields(SimulatedFiles)), len(fields(SimulatedFiles)))
    return files


def _check(plan: Simulation) -> None:
    if plan.users < 1 or plan.chunk < 1:
        raise InvalidSetting("users, chunk", "at least one user is needed")
    if not plan.pairs or len(set(plan.pairs)) != len(plan.pairs):
        raise InvalidSetting("pairs", "each pair once, at least one")
    if (plan.end - plan.start).days <= WARM_UP_DAYS + 7:
        raise InvalidSetting("start, end", f"users join after {WARM_UP_DAYS} days of prices; simulate a longer time")


def _in_order(parts: list[Looks]) -> Looks:
    """All looks by time, then by user: the order in which a ledger would have recorded them."""
    together = Looks(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Looks)))
    order = np.lexsort((together.user, together.at))
    return Looks(*(getattr(together, f.name)[order] for f in fields(Looks)))


def _description(plan: Simulation, counts: dict[str, int]) -> dict[str, object]:
    settings = {**asdict(plan), "start": plan.start.isoformat(), "end": plan.end.isoformat()}
    del settings["chunk"]
    shares = {kind.name.lower(): share for kind, share in SHARES.items()}
    return {
        "simulated": True,
        "note": NOTE,
        "source": SOURCE,
        "settings": settings,
        "shares": shares,
        "counts": counts,
    }
