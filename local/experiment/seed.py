"""One seed of the experiment: untold years, training on them, and every adviser's told years side by side."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from local.artefact import loaded
from local.experiment.model_adviser import ModelAdviser
from model.pipeline import train_model
from model.training_files import TrainingFiles
from simulator.course import Course
from simulator.experiment.advisers import Oracle
from simulator.experiment.lives import Lives
from simulator.experiment.loop import live_with
from simulator.experiment.pacing import Pace
from simulator.experiment.tuning import Untold
from simulator.files import write_accounts, write_prices, write_transactions
from simulator.ledger import Looks
from simulator.recipients import recipients
from simulator.session import SECONDS_A_DAY, midnight

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.experiment.plan import Experiment

FIXED_ALERT, AVERAGE_CROSS, MODEL, MODEL_WITH_GAIN, ORACLE = (
    "fixed_alert",
    "average_cross",
    "model",
    "model_with_gain",
    "oracle",
)
POLICIES: Final = (FIXED_ALERT, AVERAGE_CROSS, MODEL, MODEL_WITH_GAIN, ORACLE)
GAIN: Final = 0.0
"""The least expected gain that the policy asks for in `MODEL_WITH_GAIN`: its default, log price."""


def run_seed(plan: Experiment, seed: int, on_stage: Callable[[str], None] = lambda stage: None) -> dict[str, Any]:
    """Run one seed; the same plan and seed give the same result.

    Returns:
        `seed`, `alert` and `cross` in words, `training` (the model's own metrics of the untold years, in short) and
        `tallies`, by policy, as `Tally` has them.
    """
    course = _course(plan)
    before = [each for each in course.mornings if each.day < plan.told_from]
    after = [each for each in course.mornings if each.day >= plan.told_from]
    on_stage("living the untold years")
    lives = Lives.begun(plan, course, seed)
    untold = Untold.begun(lives)
    untold.live(before)
    alert = untold.best_alert(plan.messages_a_year, len(before), before[-1].at - before[0].at)
    cross = untold.best_cross()
    everyone = list(recipients(lives.users.index, lives.draws))
    with tempfile.TemporaryDirectory(prefix="divisa-experiment-") as scratch:
        on_stage("training on them")
        files = _write(plan, course, lives, untold.looks, Path(scratch))
        trained = train_model(files, Path(scratch) / "model", seed=seed, max_rows=plan.training_rows)
        model = loaded(trained.artefact)
    on_stage(f"telling by {FIXED_ALERT}")
    first = live_with(alert, lives.copy(), after, everyone, plan.rules)
    tallies = {FIXED_ALERT: first.tally}
    with_gain = replace(plan.rules, min_gain=GAIN)
    for name, adviser, rules in (
        (AVERAGE_CROSS, cross, plan.rules),
        (MODEL, ModelAdviser(model), plan.rules),
        (MODEL_WITH_GAIN, ModelAdviser(model), with_gain),
        (ORACLE, Oracle(), plan.rules),
    ):
        on_stage(f"telling by {name}")
        pace = Pace(first.tally.messages / len(after))
        tallies[name] = live_with(adviser, lives.copy(), after, everyone, rules, (pace, first.sent)).tally
    return {
        "seed": seed,
        "alert": str(alert),
        "cross": str(cross),
        "training": {name: trained.metrics[name] for name in ("log_loss", "base_rate_log_loss", "ece", "rows")},
        "tallies": {name: asdict(tally) for name, tally in tallies.items()},
    }


@lru_cache(maxsize=1)
def _course(plan: Experiment) -> Course:
    """The course of a plan; a process that runs several seeds makes it once."""
    return Course.of(plan.pair, plan.start, plan.end, plan.price_seed)


def _write(plan: Experiment, course: Course, lives: Lives, looks: list[Looks], folder: Path) -> TrainingFiles:
    """The untold years as the CSV contracts, which training reads as it reads anyone's."""
    together = Looks(*(np.concatenate([getattr(day, each.name) for day in looks]) for each in fields(Looks)))
    order = np.lexsort((together.user, together.at))
    pairs = [str(plan.pair)] * plan.users
    files = TrainingFiles(folder / "prices.csv", folder / "transactions.csv", accounts=folder / "accounts.csv")
    end = int(course.path.times.searchsorted(midnight(plan.told_from)))
    write_prices(files.prices, [course.path.first(end)])
    write_transactions(
        files.transactions, Looks(*(getattr(together, each.name)[order] for each in fields(Looks))), pairs
    )
    opened = midnight(plan.start) + lives.joined * SECONDS_A_DAY
    write_accounts(folder / "accounts.csv", lives.users.index, opened, pairs)
    return files
