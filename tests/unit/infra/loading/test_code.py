from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from infra.loading.code import CODE, FILES, REQUIREMENTS, build

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_code_is_the_same_folder(tmp_path: Path) -> None:
    first, again = build(tmp_path), build(tmp_path)
    assert first == again
    assert {path.name for path in first.iterdir()} == set(FILES)


def test_the_jobs_have_the_contracts_the_statements_and_no_more_packages_than_they_need(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with tarfile.open(folder / CODE) as code:
        names = set(code.getnames())
    assert {"lake/contracts/fx_prices.yml", "lake/transformations/gold/lift.sql", "lake/loading/job.py"} <= names
    assert not [name for name in names if name.split("/")[0] not in {"divisa", "lake"}]
    wanted = (folder / REQUIREMENTS).read_text(encoding="utf-8")
    assert all(f"\n{name}" in f"\n{wanted}" for name in ("duckdb==", "psycopg==", "psycopg-binary==", "sqlalchemy=="))
    assert "--hash=" in wanted
    assert not [name for name in ("pysail", "pyspark", "boto3==") if name in wanted]
