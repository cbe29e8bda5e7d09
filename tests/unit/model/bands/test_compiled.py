"""Machine code is kept by what it was made of, not by where the source lies."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

import model.bands
from model.bands import kernel

pytestmark = pytest.mark.slow

SOURCES = Path(model.bands.__file__).parent
ASKS = """
import json, sys
from bands import cuts, kernel
functions = [kernel.edges, kernel.scores, cuts.cut_of]
print(json.dumps({
    "from": kernel.__file__,
    "found": sum(function.stats.cache_hits.total() for function in functions),
    "compiled": sum(function.stats.cache_misses.total() for function in functions),
    "cut": cuts.cut_of(1.0, 0.0, 2.0),
    "sklearn": "sklearn" in sys.modules,
}))
"""
"""A process that imports the package as `bands` and says where its machine code came from."""
SMALL = """
import numba
from .compiled import compiled

@compiled(numba.f8(numba.f8))
def edges(x):
    return x + x

@compiled(numba.f8(numba.f8))
def scores(x):
    return x - x
"""
"""A kernel that is compiled in no time."""


def unpacked(folder: Path) -> Path:
    """A folder with a copy of the package, as the endpoint unpacks it beside the model."""
    shutil.copytree(SOURCES, folder / "bands", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def small(folder: Path) -> Path:
    """The same with the small kernel."""
    (folder / "bands").mkdir(parents=True)
    (folder / "bands" / "__init__.py").touch()
    (folder / "bands" / "kernel.py").write_text(SMALL, encoding="utf-8")
    for name in ("compiled.py", "cuts.py"):
        shutil.copy(SOURCES / name, folder / "bands")
    return folder


def imported(code: Path, **environment: str) -> dict[str, int]:
    """Where the machine code of the small kernel came from when this process imports it anew from a folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("NUMBA_", "XDG_"))]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.syspath_prepend(code)
        cuts, kernel = (importlib.import_module(f"bands.{name}") for name in ("cuts", "kernel"))
        for name in [name for name in sys.modules if name.split(".")[0] == "bands"]:
            del sys.modules[name]
    assert Path(kernel.__file__ or "").is_relative_to(code)
    assert (cuts.cut_of(1.0, 0.0, 2.0), kernel.edges(2.0)) == (2.0, 4.0)
    stats = [function.stats for function in (kernel.edges, kernel.scores, cuts.cut_of)]
    return {
        "found": sum(each.cache_hits.total() for each in stats),
        "compiled": sum(each.cache_misses.total() for each in stats),
    }


def imported_by_another(code: Path, **environment: str) -> dict[str, Any]:
    """What a new process says that imports the package from a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    answer = subprocess.run(
        [sys.executable, "-c", ASKS],
        cwd=code,
        env={**kept, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, Any] = json.loads(answer.stdout)
    assert Path(said["from"]).is_relative_to(code)
    assert said["cut"] == 2.0
    return said


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Machine code of the small kernel."""
    folder = tmp_path_factory.mktemp("cache")
    imported(small(tmp_path_factory.mktemp("small")), NUMBA_CACHE_DIR=str(folder))
    return folder


def test_a_copy_in_another_folder_finds_what_two_processes_compiled_at_once(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    copies = [small(tmp_path / name) for name in ("one", "two")]
    with ThreadPoolExecutor() as processes:
        first = list(processes.map(lambda code: imported_by_another(code, NUMBA_CACHE_DIR=cache), copies))

    assert any(said["compiled"] > 0 for said in first)
    assert imported(small(tmp_path / "three"), NUMBA_CACHE_DIR=cache) == {"found": 3, "compiled": 0}


def test_the_package_in_another_folder_finds_what_was_compiled_from_the_first(tmp_path: Path) -> None:
    first, second = (imported_by_another(unpacked(tmp_path / name)) for name in ("one", "two"))

    assert first["found"] + first["compiled"] == 3  # An endpoint of this machine may have compiled it before.
    assert (second["found"], second["compiled"]) == (3, 0)
    assert not second["sklearn"]


def test_without_a_chosen_folder_the_users_cache_is_searched(cache: Path, tmp_path: Path) -> None:
    shutil.copytree(cache, tmp_path / "home" / ".cache" / "divisa")
    shutil.copytree(cache, tmp_path / "xdg" / "divisa")
    code = small(tmp_path / "code")

    assert imported(code, HOME=str(tmp_path / "home"))["found"] == 3
    assert imported(code, HOME="/nonexistent", XDG_CACHE_HOME=str(tmp_path / "xdg"))["found"] == 3


def test_what_is_damaged_or_lost_is_compiled_and_kept_again(cache: Path, tmp_path: Path) -> None:
    code, kept = small(tmp_path / "code"), tmp_path / "kept"
    shutil.copytree(cache, kept)
    for damaged in kept.rglob("*cut_of*.nbc"):
        damaged.write_bytes(damaged.read_bytes()[:1000])
    for lost in kept.rglob("*scores*.nbc"):
        lost.unlink()

    assert imported(code, NUMBA_CACHE_DIR=str(kept))["compiled"] == 2
    assert imported(code, NUMBA_CACHE_DIR=str(kept))["found"] == 3


def test_other_sources_do_not_find_it(cache: Path, tmp_path: Path) -> None:
    code, kept = small(tmp_path / "code"), tmp_path / "kept"
    shutil.copytree(cache, kept)
    (code / "bands" / "__init__.py").write_text('"""Another one."""\n', encoding="utf-8")

    assert imported(code, NUMBA_CACHE_DIR=str(kept))["found"] == 0


def test_where_nothing_can_be_kept_it_is_compiled_every_time(tmp_path: Path) -> None:
    code = small(tmp_path / "code")
    (tmp_path / "a file").touch()

    for _ in range(2):
        assert imported(code, NUMBA_CACHE_DIR=str(tmp_path / "a file"))["compiled"] == 3


def test_two_copies_can_live_in_one_process() -> None:
    """Numba knows a class by its name alone, so that the second copy would not take an ensemble of its own."""
    for function in (kernel.edges, kernel.scores):
        for signature in cast("Any", function).nopython_signatures:
            assert "NamedTuple" not in {type(each).__name__ for each in signature.args}
