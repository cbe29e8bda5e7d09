"""What a package is made of."""

from __future__ import annotations

import re

from infra.artifact import ROOT
from infra.package import sources


def test_whatever_a_template_takes_in_is_among_what_it_is_compiled_from() -> None:
    found = set(sources())
    named = {ROOT / name for path in found for name in re.findall(r"\$\{file\(([^)]+)\)\}", path.read_text("utf-8"))}
    required = {
        (path.parent / name).resolve()
        for path in found
        if path.suffix == ".cjs"
        for name in re.findall(r"[\"'](\./[^\"']+\.json)[\"']", path.read_text("utf-8"))
    }

    assert ROOT / "infra/loading/machine.cjs" in named
    assert named | required <= found
