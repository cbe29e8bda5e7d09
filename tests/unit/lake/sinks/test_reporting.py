from __future__ import annotations

import pytest
import sqlglot
from sqlglot import expressions

from lake.sinks.reporting import HOME, Report


def test_every_file_is_a_report() -> None:
    assert {path.stem for path in HOME.iterdir()} == set(Report)


@pytest.mark.parametrize("dialect", ["postgres", "redshift"])
@pytest.mark.parametrize("which", Report)
def test_a_report_is_one_query_that_asks_for_a_year(which: Report, dialect: str) -> None:
    (tree,) = sqlglot.parse(which.sql, read=dialect)
    assert isinstance(tree, expressions.Select)
    assert [each.name for each in tree.find_all(expressions.Placeholder)] == ["year"]
