from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import StoreUnavailable
from stream_consumers import outcomes

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output


class Due:
    """A use case with so many outcomes to write; or with tables that do not answer."""

    def __init__(self, due: int | None) -> None:
        self.due = due

    def __call__(self, at_most: int) -> int:
        if self.due is None:
            raise StoreUnavailable("no answer")
        return min(self.due, at_most)


@pytest.mark.parametrize(
    ("due", "counted"), [(7, {"OutcomesWritten": 7}), (30, {"OutcomesWritten": 10, "OutcomesFull": 1})]
)
def test_a_run_writes_as_much_as_it_may_and_counts_it(
    monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output, due: int, counted: dict[str, int]
) -> None:
    monkeypatch.setattr(outcomes, "_work", lambda: outcomes._Work(Due(due), 10))  # type: ignore[arg-type]
    outcomes.handler({}, context)
    assert output.counted() == counted


def test_a_table_that_does_not_answer_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    monkeypatch.setattr(outcomes, "_work", lambda: outcomes._Work(Due(None), 10))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        outcomes.handler({}, context)
    assert not output.counted()
