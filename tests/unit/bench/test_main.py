from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench import __main__ as bench

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_each_measurement_is_a_line_and_all_are_kept_with_what_they_were_made_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(name: str, **more: Any) -> SimpleNamespace:
        return SimpleNamespace(run=lambda: {"bench": name}, **more)

    (tmp_path / "model.tar.gz").touch()
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results" / "core.json")
    for name in ("fold_and_features", "consumer", "endpoint", "cold_import"):
        monkeypatch.setattr(bench, name, measure(name, MODEL=tmp_path / "model.tar.gz"))

    bench.main()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    written = json.loads((tmp_path / "results" / "core.json").read_text(encoding="utf-8"))
    assert (
        written["results"]
        == lines
        == [{"bench": name} for name in ("fold_and_features", "consumer", "endpoint", "cold_import")]
    )
    assert written["on"]["cores"] >= 1
