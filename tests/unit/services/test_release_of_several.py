"""What else is held of somebody while one of theirs is released: what `test_release_held` has no room for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.suggestion import Suppression
from divisa.services.release_held import Released
from tests.unit.services.test_release_held import EVERYTHING, HOUR, MINUTE, MORNING, USD_BRL, Morning, TroubledHeld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.ports import Release


@pytest.mark.parametrize("share", [0.0, 1.0 - 1e-12])
def test_what_waits_for_its_price_while_another_one_is_told_or_held_out_makes_no_message_later(share: float) -> None:
    morning = Morning("17.40")
    morning.policy.change(replace(morning.policy.current(), holdout_share=share))
    pesos, reals = morning.keep(), morning.keep(pair=USD_BRL)
    later = morning.keep(pair=USD_BRL, episode=2, held_until=MORNING + HOUR)

    assert (morning.run().waiting, morning.held.asked) == (0, [3])
    assert morning.now(pesos).suppressed is (None if share == 0.0 else Suppression.HOLDOUT)
    assert morning.now(reals) == replace(reals, suppressed=Suppression.MERGED)
    assert morning.now(later) == replace(later, suppressed=Suppression.MERGED)

    morning.world.clock.advance(3 * MINUTE)
    morning.price("5.20", USD_BRL)
    assert morning.run() == Released()
    assert len(morning.told()) == (share == 0.0)


def test_what_waits_for_its_price_waits_on_while_all_else_is_dropped() -> None:
    morning = Morning("17.05")
    morning.keep()
    reals = morning.keep(pair=USD_BRL)
    assert morning.run() == Released(users=1, dropped=Counter(not_now=1), waiting=1)
    assert morning.now(reals) == reals


def test_what_is_held_is_read_as_of_now() -> None:
    """A reader that lags behind would leave one of two that were held last to make a second message."""
    morning = Morning("17.40")
    morning.keep(episode=1)
    morning.keep(episode=2)
    behind: Any = SimpleNamespace(of_user=lambda user: [], since=morning.world.suggestions.since)
    assert replace(morning.release, suggestions=behind)(0, EVERYTHING).dropped == Counter(merged=1)


def test_when_its_owner_opened_it_under_a_run_is_not_lost() -> None:
    morning = Morning("17.05")
    kept = morning.keep()

    class Opens(TroubledHeld):
        def release(self, releases: Sequence[Release]) -> bool:
            morning.world.suggestions.open("ana", kept.suggestion_id, MORNING)
            return super().release(releases)

    raced = replace(morning.release, held=Opens(morning.world.suggestions))
    assert raced(0, EVERYTHING) == Released(users=1, raced=1)
    assert morning.run() == Released(users=1, dropped=Counter(not_now=1))
    assert morning.now(kept) == replace(kept, suppressed=Suppression.NOT_NOW, opened_at=MORNING)
