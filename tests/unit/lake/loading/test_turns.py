"""Steps work side by side, upkeep alone, and whoever died is not waited for for long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import ConcurrentUpdate
from lake.loading.turns import AT_WORK, Turns
from lake.storage.folder import FolderObjects

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def turns(tmp_path: Path) -> Turns:
    objects = FolderObjects(tmp_path / "lake")
    return Turns(objects, timedelta(seconds=30), timedelta(seconds=10), timedelta(milliseconds=2))


def hasty(turns: Turns) -> Turns:
    """The same ones for somebody who does not wait."""
    return replace(turns, patience=timedelta(0))


def at_work(turns: Turns) -> list[str]:
    return [each.key for each in turns.objects.listed(AT_WORK)]


def test_steps_are_at_work_side_by_side_and_leave_nothing_behind(turns: Turns) -> None:
    with turns.of_step("one"), hasty(turns).of_step("two"):
        assert len(at_work(turns)) == 2
    assert at_work(turns) == []


def test_no_step_begins_during_upkeep_and_no_other_upkeep(turns: Turns) -> None:
    with turns.of_upkeep("night"):
        with pytest.raises(ConcurrentUpdate), hasty(turns).of_step("one"):
            pass
        with pytest.raises(ConcurrentUpdate), hasty(turns).of_upkeep("another"):
            pass
        assert at_work(turns) == ["work/upkeep"]
    with hasty(turns).of_step("one"):
        pass


def test_upkeep_that_does_not_get_its_turn_holds_nobody_up(turns: Turns) -> None:
    with turns.of_step("one"):
        with pytest.raises(ConcurrentUpdate), hasty(turns).of_upkeep("night"):
            pass
        with hasty(turns).of_step("two"):
            pass


def test_whoever_died_is_not_at_work_once_nothing_was_heard_for_long_enough(turns: Turns) -> None:
    dead = replace(turns, lasting=timedelta(milliseconds=-1))
    with ExitStack() as never_left:
        never_left.enter_context(dead.of_step("one"))
        content = turns.objects.read("work/steps/one")
    turns.objects.put("work/steps/one", content)
    with hasty(turns).of_upkeep("night"):
        held = turns.objects.read("work/upkeep")
    turns.objects.put("work/upkeep", held)
    with hasty(turns).of_upkeep("night"), pytest.raises(ConcurrentUpdate), hasty(turns).of_step("two"):
        pass


def test_whoever_is_long_at_work_is_heard_of(turns: Turns) -> None:
    brief = replace(turns, lasting=timedelta(milliseconds=100))
    with brief.of_step("one"):
        time.sleep(0.3)
        with pytest.raises(ConcurrentUpdate), hasty(turns).of_upkeep("night"):
            pass


def test_of_many_at_once_upkeep_is_never_beside_anybody(turns: Turns) -> None:
    inside: set[str] = set()
    lock, wrong = threading.Lock(), []

    def work(number: int) -> None:
        name = f"{'upkeep' if number % 3 == 0 else 'step'}-{number}"
        for _ in range(4):
            with turns.of_upkeep(name) if number % 3 == 0 else turns.of_step(name):
                with lock:
                    inside.add(name)
                    if len(inside) > 1 and any(each.startswith("upkeep") for each in inside):
                        wrong.append(set(inside))
                time.sleep(0.001)
                with lock:
                    inside.remove(name)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, number) for number in range(6)]:
            done.result()
    assert wrong == []
