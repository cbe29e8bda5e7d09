"""Each chart's finding, and what its picture is drawn from, read back from the figure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.patches import Rectangle

from lake.report import business, market, places, suggestions, trading
from lake.report.days import on_axis
from lake.report.words import Language, Words
from tests.unit.lake.report.tables import FIRST, MadeTables, kpi, lifted, price

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake.report.chart import Chart

EN = Words(Language.EN)
DAY = timedelta(days=1)


def panels(chart: Chart) -> list[Any]:
    """The axes; what is read back of them has no types that say more."""
    assert chart.figure is not None
    return chart.figure.axes


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def bars(axes: Any) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def moment(day: int, hour: int) -> datetime:
    return datetime.fromisoformat(f"2024-03-{day:02} {hour:02}:00")


def names(axes: Any) -> list[str]:
    return [tick.get_text() for tick in axes.get_yticklabels()]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: market.prices(MadeTables(), EN)[0], "There are no prices yet."),
        (lambda: suggestions.conversion(MadeTables(), EN), "There are no suggestions yet whose day is over."),
        (lambda: suggestions.lift(MadeTables(), EN), "It cannot be told yet what telling people does"),
        (lambda: trading.trades(MadeTables(), EN), "There are no trades yet."),
        (lambda: business.energy(MadeTables(), EN), "There are no energy transactions yet."),
        (lambda: business.products(MadeTables(), EN), "Nothing has been sold yet."),
        (lambda: places.hires(MadeTables(), EN), "There are no hires yet."),
        (lambda: places.departments(MadeTables(), EN), "No department has hired more than the mean."),
        (lambda: places.visits(MadeTables(), EN), "There are no positions of devices yet."),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(draw: Callable[[], Chart], says: str) -> None:
    chart = draw()
    assert chart.title.startswith(says)
    assert chart.figure is None


def test_a_pairs_price_stands_over_its_suggestions() -> None:
    prices = [price(FIRST + DAY, "17.1000"), price(FIRST, "18.0000"), price(FIRST, "5.0000", "USD/BRL")]
    made = [kpi(FIRST), kpi(FIRST, "SELL", suggestions=4), kpi(FIRST, channel="push"), kpi(FIRST, pair="USD/BRL")]
    brl, mxn = market.prices(MadeTables({"daily_prices": prices, "suggestion_kpis": made}), EN)

    assert plain(mxn.title) == "USD/MXN closed at 17.1000 on 2 Mar 2024, -5.0 % since 1 Mar 2024"
    above, below = panels(mxn)
    [line] = above.lines
    assert list(line.get_xdata()) == on_axis([FIRST, FIRST + DAY])
    assert list(line.get_ydata()) == [18.0, 17.1]
    assert [bar.get_height() for bar in bars(below)] == [24, -4]
    assert brl.name == "prices-usd-brl"


def test_a_pair_without_suggestions_has_its_price_alone() -> None:
    [chart] = market.prices(MadeTables({"daily_prices": [price(FIRST, "17")]}), EN)
    assert len(panels(chart)) == 1


def test_prices_of_more_than_a_year_ago_are_not_shown() -> None:
    prices = [price(FIRST - 400 * DAY, "10"), price(FIRST - 365 * DAY, "16"), price(FIRST, "17")]
    [chart] = market.prices(MadeTables({"daily_prices": prices}), EN)
    assert list(panels(chart)[0].lines[0].get_ydata()) == [16.0, 17.0]


def test_conversion_is_drawn_beside_that_of_those_held_out_with_its_interval() -> None:
    made = [
        kpi(FIRST),
        kpi(FIRST, "SELL", conversions=1),
        kpi(FIRST + DAY, settled=0, conversions=0, held_out_settled=0),
    ]
    chart = suggestions.conversion(MadeTables({"suggestion_kpis": made}), EN)

    assert plain(chart.title) == "20.0 % of suggestions sent were followed within a day; untold, 0.0 %"
    [axes] = panels(chart)
    sent, held = axes.lines
    assert (list(sent.get_ydata()), list(held.get_ydata())) == ([0.2], [0.0])
    low, high = suggestions.wilson(4, 20)
    corners = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (min(corners), max(corners)) == pytest.approx((low, high))


def test_those_held_out_count_where_nobody_was_sent_anything() -> None:
    held = kpi(FIRST + DAY, channel=None, sent=0, settled=0, conversions=0, held_out_settled=8, held_out_conversions=4)
    chart = suggestions.conversion(MadeTables({"suggestion_kpis": [kpi(FIRST), held]}), EN)
    assert plain(chart.title) == "30.0 % of suggestions sent were followed within a day; untold, 40.0 %"
    sent, untold = panels(chart)[0].lines
    assert (list(sent.get_ydata()), list(untold.get_ydata())) == ([0.3], [0.0, 0.5])


def test_many_days_count_by_the_week() -> None:
    made = [kpi(date(2024, 1, 1) + number * DAY) for number in range(70)]
    chart = suggestions.conversion(MadeTables({"suggestion_kpis": made}), EN)
    assert list(panels(chart)[0].lines[0].get_xdata()) == on_axis(date(2024, 1, 1) + 7 * n * DAY for n in range(10))
    assert "By the week" in chart.note


@pytest.mark.parametrize(
    ("difference", "title"),
    [
        (0.15, "Telling makes 15.0 points more do what is suggested (12.0 to 18.0)"),
        (-0.15, "Telling makes 15.0 points fewer do what is suggested (12.0 to 18.0)"),
        (0.01, "It is not clear yet whether telling changes anything: -2.0 to 4.0 points"),
    ],
)
def test_the_lifts_title_says_no_more_than_its_interval(difference: float, title: str) -> None:
    rows = [lifted("all", "all", difference)]
    assert plain(suggestions.lift(MadeTables({"lift": rows}), EN).title) == title


def test_the_lift_of_all_comes_first_and_groups_that_are_too_small_stay_out() -> None:
    rows = [lifted("pair", "USD/MXN", 0.1), lifted("channel", "push", None), lifted("side", "BUY", 0.2)]
    [axes] = panels(suggestions.lift(MadeTables({"lift": [*rows, lifted("all", "all", 0.15)]}), EN))
    assert names(axes) == ["all", "buy", "USD/MXN"]
    assert [float(line.get_xdata()[0]) for line in axes.lines[1:]] == pytest.approx([15, 20, 10])
    ends = [axes.collections[0].get_paths()[0].vertices[place, 0] for place in (0, 1)]
    assert ends == pytest.approx([12, 18])


def test_trades_of_pairs_stand_on_each_other() -> None:
    rows = [
        {"pair": pair, "day": FIRST, "trades": count}
        for pair, count in [("USD/MXN", 3), ("USD/BRL", 5), ("USD/MXN", 4)]
    ]
    rows.append({"pair": "USD/MXN", "day": FIRST + 2 * DAY, "trades": 6})
    chart = trading.trades(MadeTables({"user_days": rows}), EN)
    assert plain(chart.title) == "There were 6 trades a day; more than ever on 1 Mar 2024, 12"
    found = [(bar.get_y(), bar.get_height()) for bar in bars(panels(chart)[0])]
    assert found == [(0, 5), (0, 0), (5, 7), (0, 6)]


def test_trades_of_one_day_are_told_as_such() -> None:
    chart = trading.trades(MadeTables({"user_days": [{"pair": "USD/MXN", "day": FIRST, "trades": 3}]}), EN)
    assert plain(chart.title) == "There were 3 trades on 1 Mar 2024"


def margin(member: str, money: float, party: str = "provider", **more: Any) -> dict[str, Any]:
    return {"party": party, "member": member, "name": member, "revenue": 100.0, "margin": money, **more}


def test_providers_stand_by_their_margin_over_all_types_of_energy() -> None:
    rows = [margin("P-1", 10.0), margin("P-2", 15.0), margin("P-1", 20.0), margin("P-3", -5.0, name=None)]
    chart = business.energy(MadeTables({"energy_margins": [*rows, margin("x", 99.0, "customer_type")]}), EN)
    assert plain(chart.title) == "P-1 earns the trader most: USD 30, 15.0 % of what its energy brings"
    [axes] = panels(chart)
    assert names(axes) == ["P-1", "P-2", "P-3"]
    assert [bar.get_width() for bar in bars(axes)] == [30, 15, -5]


def test_a_trader_whom_no_provider_earns_money_is_told() -> None:
    chart = business.energy(MadeTables({"energy_margins": [margin("P-1", -1.0)]}), EN)
    assert chart.title == "No provider earns the trader money"


def test_the_best_products_are_those_of_the_last_month() -> None:
    sold = [(2, "Old", 900), (3, "Kettle", 12), (3, "Lamp", 30)]
    rows = [
        {"month": date(2024, month, 1), "product_id": name, "product": name, "quantity": n} for month, name, n in sold
    ]
    chart = business.products(MadeTables({"best_selling_products": rows}), EN)
    assert plain(chart.title) == "Lamp sold best in Mar 2024: 30 units"
    assert [bar.get_width() for bar in bars(panels(chart)[0])] == [30, 12]


def test_hires_are_those_of_the_last_three_years() -> None:
    rows = [{"year": year, "q1": 1, "q2": 2, "q3": 0, "q4": 3} for year in (2018, 2019, 2020, 2021, 2021)]
    chart = places.hires(MadeTables({"hires_by_quarter": rows}), EN)
    assert chart.title == "12 people were hired in 2021; most in quarter 4"
    assert [bar.get_height() for bar in bars(panels(chart)[0])] == [1, 2, 0, 3] * 2 + [2, 4, 0, 6]


def test_departments_stand_beside_the_mean_of_their_year() -> None:
    hired = [(2020, "Old", 99, 9.0), (2021, "Sales", 33, 31.5), (2021, "Support", 45, 31.5)]
    rows = [
        {"year": year, "department_id": 1, "department": name, "hired": n, "mean": mean}
        for year, name, n, mean in hired
    ]
    chart = places.departments(MadeTables({"departments_above_mean": rows}), EN)
    assert chart.title == "Support hired most in 2021: 45, and the mean was 31.5"
    [axes] = panels(chart)
    assert names(axes) == ["Support", "Sales"]
    assert list(axes.lines[0].get_xdata()) == [31.5, 31.5]


def test_visits_of_an_hour_are_the_mean_of_the_days() -> None:
    rows = [{"hour": hour, "visits": 4} for hour in (moment(1, 9), moment(1, 9), moment(2, 9), moment(2, 17))]
    chart = places.visits(MadeTables({"device_visits": rows}), EN)
    assert chart.title == "It is busiest from 09:00 UTC: 6.0 visits each day"
    heights = [bar.get_height() for bar in bars(panels(chart)[0])]
    assert (len(heights), heights[9], heights[17], sum(heights)) == (24, 6, 2, 8)


def test_a_single_day_is_a_point_with_room_beside_it() -> None:
    [chart] = market.prices(MadeTables({"daily_prices": [price(FIRST, "17.1")]}), EN)
    assert plain(chart.title) == "USD/MXN closed at 17.1000 on 1 Mar 2024"
    [axes] = panels(chart)
    assert axes.lines[0].get_marker() == "o"
    left, right = axes.get_xlim()
    [here] = on_axis([FIRST])
    assert left < here - 1 < here + 1 < right
    axes.figure.canvas.draw()
    named = [tick.get_text() for tick in axes.get_xticklabels()]
    assert len(set(named)) == len(named)


def test_the_first_of_few_bars_stands_above_and_does_not_fill_the_chart() -> None:
    [axes] = panels(business.energy(MadeTables({"energy_margins": [margin("P-1", 1.0)]}), EN))
    bottom, top = axes.get_ylim()
    assert bottom - top == 3
    assert bars(axes)[0].get_height() < 1
