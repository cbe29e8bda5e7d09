from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from local.ministack.patching import when_imported

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_module_is_changed_before_whoever_imports_it_first_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service_of_the_test.py").write_text("def answer():\n    return 'pretended'\n")
    monkeypatch.syspath_prepend(tmp_path)
    changed = []

    def change() -> None:
        module = import_module("service_of_the_test")
        monkeypatch.setattr(module, "answer", lambda: "real")
        changed.append(module)

    when_imported("service_of_the_test", change)
    assert changed == []

    service = import_module("service_of_the_test")

    assert service.answer() == "real"
    assert import_module("service_of_the_test") is service
    assert changed == [service]
    monkeypatch.delitem(sys.modules, "service_of_the_test")
