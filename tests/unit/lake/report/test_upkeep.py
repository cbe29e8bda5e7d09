"""Whether the lake is fresh, what it set aside, and whether every row is accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lake.contract.reading import contracts
from lake.report.upkeep import account as accounted
from lake.report.upkeep import freshness, quarantine
from lake.report.words import Language, Words
from tests.unit.lake.report.tables import NOW, MadeTables, account
from tests.unit.lake.report.test_charts import bars, names, panels, plain

EN = Words(Language.EN)
SOME = {name: contracts()[name] for name in ("fx_prices", "hr_jobs", "shop_orders")}
HOUR = timedelta(hours=1)


def test_a_dataset_is_as_fresh_as_its_last_file_and_late_after_what_its_contract_promises() -> None:
    rows = [account("fx_prices", 2 * HOUR), account("fx_prices", HOUR), account("shop_orders", 6 * HOUR)]
    chart = freshness(MadeTables({"accounts": rows}).accounts(), SOME, NOW, EN)
    assert chart.title == "2 of 3 datasets are not as fresh as they promise"
    assert chart.note.endswith("Nothing has ever come of: hr_jobs.")
    [axes] = panels(chart)
    assert [plain(name) for name in names(axes)] == ["fx_prices · 60 min", "shop_orders · 6.0 hours"]
    assert [float(line.get_xdata()[0]) for line in axes.lines[:2]] == pytest.approx([4, 0.25])


def test_a_lake_that_is_fresh_is_told_to_be() -> None:
    rows = [account("fx_prices", timedelta(minutes=-1)), *(account(name, HOUR) for name in ("hr_jobs", "shop_orders"))]
    chart = freshness(MadeTables({"accounts": rows}).accounts(), SOME, NOW, EN)
    assert chart.title == "All 3 datasets are as fresh as they promise"


def test_what_was_set_aside_is_a_part_of_its_datasets_rows() -> None:
    rows = [
        account("fx_prices", HOUR, 100, '{"crossed": 3, "unreadable": 1}'),
        account("fx_prices", 2 * HOUR, 300, '{"crossed": 1}'),
        account("hr_jobs", HOUR, 10, '{"unreadable": 2}'),
        account("unknown", HOUR, 90, '{"unknown_dataset": 90}'),
    ]
    chart = quarantine(MadeTables({"accounts": rows}).accounts(), EN)
    assert plain(chart.title) == "1.71 % of rows were set aside; most of all crossed in fx_prices"
    [axes] = panels(chart)
    assert names(axes) == ["unreadable · hr_jobs", "crossed · fx_prices", "unreadable · fx_prices"]
    assert [bar.get_width() for bar in bars(axes)] == pytest.approx([0.2, 0.01, 0.0025])


def test_where_nothing_was_set_aside_a_sentence_says_so() -> None:
    chart = quarantine(MadeTables({"accounts": [account("hr_jobs", HOUR)]}).accounts(), EN)
    assert (chart.title, chart.figure) == ("No row has been set aside.", None)


def test_the_parts_of_a_datasets_rows_are_all_of_them() -> None:
    rows = [account("hr_jobs", HOUR, 10, silver=5, duplicates=2, late=1, quarantine=2), account("shop_orders", HOUR)]
    chart = accounted(MadeTables({"accounts": rows}).accounts(), EN)
    assert chart.title == "It is known what became of each of the 110 rows"
    widths = [bar.get_width() for bar in bars(panels(chart)[0])]
    assert widths[::2] == pytest.approx([0.5, 0.2, 0.1, 0.2, 0])
    assert sum(widths[1::2]) == 1


def test_rows_that_are_lost_are_in_the_title() -> None:
    rows = [account("hr_jobs", HOUR, 10, silver=7, unaccounted=3)]
    chart = accounted(MadeTables({"accounts": rows}).accounts(), EN)
    assert chart.title == "Nobody knows what became of 3 of 10 rows"


def test_a_lake_without_files_has_neither_chart() -> None:
    empty = MadeTables().accounts()
    assert [chart.figure for chart in (freshness(empty, SOME, NOW, EN), accounted(empty, EN))] == [None, None]
