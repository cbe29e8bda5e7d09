"""Sampled users beside scikit-learn: which suggestions do only the bands, or only the reference, make?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.ticks.people import VISITS, user_id
from bench.ticks.reference import Told, suggested

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.bands import Model
    from bench.ticks.day import Day, Stretch
    from bench.ticks.people import World


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison.

    Attributes:
        random: users drawn from all.
        suggested: users drawn from the others who had a suggestion, so that it is about something.
        suggestions: that the reference made for both.
        differences: suggestions, by id and quote, that only one of the two made.
    """

    random: int
    suggested: int
    suggestions: int
    differences: int


def compare(
    world: World,
    model: Model,
    day: Day,
    stretches: Sequence[Stretch],
    users: int,
    sizes: tuple[int, int],
    on_user: Callable[[int], None] = lambda done: None,
) -> Compared:
    """Evaluate a sample at every tick, and set it beside the suggestions of a day by bands; seeded.

    Args:
        world: after the day.
        model: which it was lived through with.
        day: the ticks.
        stretches: what they were cut into.
        users: how many there are.
        sizes: how many to draw from all, and how many more from those who had a suggestion.
        on_user: told as `reference.suggested` tells.
    """
    rng = np.random.default_rng(users)
    by_user: dict[str, set[Told]] = {}
    for each in world.suggestions.all():
        by_user.setdefault(each.user_id, set()).add(Told(each.suggestion_id, each.quote_sequence))
    some = {user_id(number) for number in rng.choice(users, min(sizes[0], users), replace=False).tolist()}
    others = sorted(by_user.keys() - some)
    told = rng.choice(others, min(sizes[1], len(others)), replace=False).tolist() if others else []
    sample = [*sorted(some), *told]
    expected = suggested(model, world.summaries.get_many(world.pair, sample), day, stretches, VISITS, on_user)
    made = set[Told]().union(*(by_user.get(user, set()) for user in sample))
    return Compared(len(some), len(told), len(expected), len(expected ^ made))
