from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from divisa import bootstrap
from divisa.domain.errors import StoreUnavailable
from stream_consumers import outcomes
from tests.unit.test_settings import COMMON, OF_KIND, OutcomesSettings

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def settling(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], int]], None]:
    """Puts something else in the place of the use case."""
    for name, value in (COMMON | OF_KIND[OutcomesSettings]).items():
        monkeypatch.setenv(name, value)
    outcomes._work.cache_clear()

    def use(settle: Callable[[int], int]) -> None:
        monkeypatch.setattr(bootstrap, "settle_outcomes", lambda settings: settle)

    return use


def test_a_run_settles_as_much_as_it_may_and_counts_it(
    settling: Callable[[Callable[[int], int]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    settling(lambda at_most: at_most - 4990)
    outcomes.handler({}, None)  # type: ignore[arg-type]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "OutcomesSettled" in line]
    assert [(line["OutcomesSettled"], line["OutcomesFull"]) for line in lines] == [([10.0], [0.0])]


def test_a_table_that_does_not_answer_fails_the_run(settling: Callable[[Callable[[int], int]], None]) -> None:
    def fail(_: int) -> int:
        raise StoreUnavailable("no answer")

    settling(fail)
    with pytest.raises(StoreUnavailable):
        outcomes.handler({}, None)  # type: ignore[arg-type]
