from __future__ import annotations

from typing import TYPE_CHECKING

from divisa import observability

if TYPE_CHECKING:
    import pytest


def test_a_policy_that_is_not_taken_is_counted_and_logged_by_its_knob(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, logged = list[str](), list[object]()
    monkeypatch.setattr(observability.metrics, "add_metric", lambda **metric: counted.append(metric["name"]))
    monkeypatch.setattr(observability.logger, "error", lambda _, extra: logged.append(extra))
    observability.report_policy("max_spread: is not above 0 and at most 1")
    assert counted == ["PolicyNotTaken"]
    assert logged == [{"problem": "max_spread: is not above 0 and at most 1"}]
