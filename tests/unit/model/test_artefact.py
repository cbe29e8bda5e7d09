from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.ensemble import HistGradientBoostingClassifier

from model import artefact, inference

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_packages_that_came_with_the_code_go_into_the_artefact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("effect.py", "inference.py", "bands/rule.py", "lib/numba/core/jit.py"):
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_text(name)
    monkeypatch.setattr(inference, "__file__", str(tmp_path / "model" / "inference.py"))
    described = {"training_window": {"validate": ["2024-01-01T00:00:00+00:00", "2024-02-01T00:00:00+00:00"]}}

    artefact.write_artefact(tmp_path / "out", HistGradientBoostingClassifier(), described)

    code = tmp_path / "out" / "code"
    assert (code / "lib/numba/core/jit.py").read_text() == "lib/numba/core/jit.py"
    assert sorted(path.name for path in code.iterdir()) == ["bands", "effect.py", "inference.py", "lib"]
