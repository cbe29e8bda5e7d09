"""`python -m bench.ticks`: live through a day, compare, print how cost grows, write bench/results/ticks.json."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from threadpoolctl import threadpool_limits

import bench.ticks
from bench.bands import trained
from bench.machine import describe
from bench.ticks.compared import compare
from bench.ticks.crowd import broken_watches_per_s, one_user_us
from bench.ticks.day import day_of, real_day
from bench.ticks.matching import contenders, index_alone
from bench.ticks.people import world_of
from bench.ticks.report import Population, growth
from bench.ticks.watching import watch_day
from divisa.domain.errors import DivisaError
from model.bands import bands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.bands import Model
    from bench.matching.__main__ import Measured
    from bench.ticks.day import Day, Stretch

RESULTS = Path(__file__).parents[1] / "results" / "ticks.json"
USERS = (10_000, 100_000, 1_000_000)
SAMPLE = (200, 100)


class Steps:
    """What is being done, on the standard error: a bar for each thing, or a line where nobody watches."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<40}"), BarColumn(), TextColumn("{task.fields[now]:>32}"))
        self.shown = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
        self._console = console
        self._begun = time.perf_counter()

    def begin(self, what: str, total: int | None = None) -> None:
        """The next thing; the one before is done."""
        self.end()
        self._task = self.shown.add_task(what, total=total, now="")
        if not self._console.is_terminal:
            self._console.print(f"{time.perf_counter() - self._begun:6.0f} s  {what}", highlight=False)

    def at(self, done: int, now: str = "") -> None:
        """How far it is."""
        self.shown.update(self._task, completed=done, now=now)

    def end(self) -> None:
        """The newest thing is done."""
        if self.shown.tasks:
            task = self.shown.tasks[-1]
            self.shown.update(task.id, total=task.total or 1, completed=task.total or 1)
            self.shown.stop_task(task.id)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; ends with an error when suggestions differ, or when dense ticks cost more than they change."""
    options = argparse.ArgumentParser(
        prog="python -m bench.ticks", description=bench.ticks.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--users", type=_counts, default=USERS, help="populations, parted by commas")
    options.add_argument("--quotes", type=Path, help="a CSV file of the prices contract: its ticks, as they are")
    options.add_argument("--ticks", type=_count, help="only so many of them, from the first on")
    options.add_argument("--sample", type=_counts, default=SAMPLE, help="users to compare: from all, with suggestions")
    options.add_argument("--out", type=Path, default=RESULTS)
    given = options.parse_args(arguments)
    if len(given.sample) != 2:
        options.error("--sample takes two numbers")
    console = Console(stderr=True, soft_wrap=True)
    steps = Steps(console)
    try:
        with steps.shown, threadpool_limits(1):
            day, document, missed = _measured(given, steps)
    except DivisaError as error:
        console.print(f"[bold red]{error}[/]")
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was written.")
        raise SystemExit(130) from None
    Console(soft_wrap=True).print(growth(day))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if not document["ticks_are_dense"]:
        console.print("What one evaluation saves is not judged: that takes a day of ticks, about one a second.")
    if missed:
        raise SystemExit("\n".join(missed))


def _measured(given: argparse.Namespace, steps: Steps) -> tuple[list[Population], dict[str, Any], list[str]]:
    steps.begin("ticks")
    day = (day_of(given.quotes) if given.quotes else real_day()).first(given.ticks)
    stretches = day.stretches()
    steps.begin("training a model of 300 trees")
    model = trained()
    found: list[Population] = []
    index: Measured | None = None
    for users in given.users:
        index = _matched(day, users, steps)
        found.append(_lived_through(day, stretches, model, users, index, given.sample, steps))
    rows = [each.row() for each in found]
    if index is not None:
        steps.begin(f"{users:,} users: other ways to match")
        rows[-1]["contenders"] = contenders(day.log_mids, users, index)
    steps.end()
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": describe(),
        "ticks_from": day.origin,
        "ticks_are_dense": day.is_dense,
        "trees": model.ensemble.trees,
        "refreshes": len(stretches) - 1,
        "results": rows,
    }
    return found, document, [problem for each in found for problem in each.missed(is_dense=day.is_dense)]


def _matched(day: Day, users: int, steps: Steps) -> Measured:
    steps.begin(f"{users:,} users: the index alone")
    return index_alone(day.log_mids, users)


def _lived_through(
    day: Day,
    stretches: Sequence[Stretch],
    model: Model,
    users: int,
    index: Measured,
    sample: tuple[int, int],
    steps: Steps,
) -> Population:
    ticks = len(day.log_mids)
    steps.begin(f"{users:,} users: into the stores")
    world = world_of(users, day, lambda asked: bands(model.ensemble, model.temperature, model.thresholds, *asked))
    steps.begin(f"{users:,} users: the day by bands", ticks)
    watched = watch_day(world, day, stretches, lambda done, asked: steps.at(done, f"{asked:,} evaluations"))
    steps.begin(f"{users:,} users: scikit-learn at every tick", sum(sample) * len(stretches))
    compared = compare(world, model, day, stretches, users, sample, lambda done: steps.at(done))
    suggestions = sum(1 for _ in world.suggestions.all())
    steps.begin(f"{users:,} users: prices that jump")
    per_s, broken = broken_watches_per_s(world, day, stretches[-1])
    alone = one_user_us(world, model, stretches[-1])
    return Population(users, ticks, suggestions, watched, compared, index.figures, per_s, broken, alone)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_count(part) for part in text.replace("_", "").split(","))


if __name__ == "__main__":
    main(sys.argv[1:])
