from __future__ import annotations

import re

from infra.artifact import ROOT
from lake.contract.promises import PAGE, page
from lake.contract.reading import contracts


def test_the_page_is_what_the_contracts_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(contracts().values()), "run python -m lake.contract.promises"


def test_every_dataset_has_an_owner_and_a_row_of_its_own() -> None:
    text = page(contracts().values())

    for contract in contracts().values():
        assert text.count(f"| [{contract.dataset}](datasets.md#{contract.dataset}) | {contract.owner} |") == 1


def test_what_the_page_says_is_measured_is_counted_somewhere() -> None:
    counting = "".join(path.read_text() for path in (ROOT / "lake/loading").glob("*.py"))
    alarms = "".join(path.read_text() for path in (ROOT / "infra").glob("*.yml"))
    text = page(())

    metrics = set(re.findall(r"`(Lake[A-Za-z]+)`", text))
    assert metrics == {"LakeDatasetAge", "LakeDatasetsStale", "LakeDatasetsUnclean"}
    assert all(f'"{metric}"' in counting for metric in metrics)
    told = set(re.findall(r"alarm\s+`([a-z-]+)`", text))
    assert told == {"loading-failed", "lake-stale", "lake-unclean", "upkeep-failed"}
    assert all(f"-{alarm}\n" in alarms for alarm in told)
