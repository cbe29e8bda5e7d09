"""Facts about the repository itself that nothing else would notice."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import pytest

from divisa import ports
from divisa.domain.features import FEATURE_NAMES

ROOT = Path(__file__).resolve().parents[2]
CODE = ("divisa", "stream_consumers", "api_handlers", "lake", "model", "simulator", "local", "infra", "bench", "client")
MODULES = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LONGEST = 400
"""Lines of a file; a longer one is several things."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    silent = [name_of(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert MODULES
    assert silent == []


def test_no_file_is_so_long_that_it_is_several_things() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES + TESTS}
    assert {name for name, lines in lengths.items() if lines > LONGEST} == set()


def test_no_module_is_named_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    named_by_aws = ROOT / "local" / "glue" / "libraries"
    ours = [path for path in MODULES if not path.is_relative_to(named_by_aws)]
    assert [name_of(path) for path in ours if nothing & {path.stem, *path.relative_to(ROOT).parts}] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    broken = []
    for link in links:
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The headings of a page as its renderer names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_make_help_lists_every_target_with_what_it_does() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    make = shutil.which("make")
    assert make is not None
    answer = subprocess.run([make, "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", answer.stdout, flags=re.MULTILINE))

    assert sorted(listed) == sorted(name for line in targets for name in line.split())
    assert {"demo", "test", "up", "down", "bench"} <= listed.keys()


def test_features_that_the_docs_list_are_those_that_the_model_gets() -> None:
    """A page that has a table of features has all of them, in their order."""
    for page in PAGES:
        rows = re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        listed = [row for row in rows if row in FEATURE_NAMES]
        assert listed in ([], list(FEATURE_NAMES)), name_of(page)


def test_the_changelog_says_what_is_not_released_yet() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_port_has_an_adapter_on_aws_and_one_in_memory_under_one_name_and_one_contract() -> None:
    found = [
        each
        for _, each in inspect.getmembers(ports, inspect.isclass)
        if Protocol in each.__bases__ and each.__module__.startswith(f"{ports.__name__}.")
    ]
    files = {re.sub(r"(?<!^)(?=[A-Z])", "_", port.__name__).lower() for port in found}
    assert len(files) >= 10
    for side in ("divisa/adapters/aws/{}.py", "divisa/adapters/memory/{}.py", "tests/contract/test_{}.py"):
        missing = [name for name in files if not (ROOT / side.format(name)).is_file()]
        if side.startswith("tests"):
            # Both gateways share a file, and suggestions are written by watches.
            missing = [name for name in missing if name not in {"sms_gateway", "email_gateway", "suggestions"}]
        assert missing == [], side


def test_tests_lie_where_the_code_lies() -> None:
    """A folder of unit tests is a folder of the code."""
    unit = ROOT / "tests" / "unit"
    strays = []
    for folder in {path.parent for path in unit.rglob("test_*.py")} - {unit}:
        place = folder.relative_to(unit)
        if not ((ROOT / place).is_dir() or (ROOT / "divisa" / place).is_dir()):
            strays.append(str(place))
    assert strays == []


def test_a_folder_that_a_page_has_a_command_write_to_is_not_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    written = {each for page in PAGES for each in re.findall(r"--out ([a-z.]+/)", page.read_text(encoding="utf-8"))}
    assert "mine/" in written
    assert written <= set(ignored)
