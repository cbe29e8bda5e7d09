"""The queries, asked on DuckDB: each fits the lake's tables, and answers what it says."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlglot
from sqlglot import expressions

from lake.contract.reading import contracts
from lake.queries.catalogue import named
from tests.unit.lake.queries.on_duckdb import DATABASES, ask, lake, rows_of

pytestmark = pytest.mark.slow
at = datetime.fromisoformat
JANUARY = {"pair": "USD/MXN", "since": "2024-01-02", "until": "2024-01-31"}


def test_every_query_with_its_examples_fits_the_tables_of_the_lake() -> None:
    with lake() as connection:
        for query in named().values():
            examples = {parameter.name: parameter.example for parameter in query.parameters}
            assert rows_of(connection, query.statement(DATABASES, examples)) == [], query.name


@pytest.mark.parametrize("name", named())
def test_athena_takes_parameters_behind_where_alone(name: str) -> None:
    query = named()[name]
    statement = query.statement(DATABASES, {each.name: each.example for each in query.parameters})
    places = list(sqlglot.parse_one(statement.sql, read="athena").find_all(expressions.Placeholder))
    assert len(places) == len(statement.parameters)
    assert all(place.find_ancestor(expressions.Where) for place in places)
    assert query.question.endswith((".", "?"))


def test_conversion_is_that_of_all_channels_of_the_pair_and_the_days() -> None:
    def day(number: int, **more: object) -> dict[str, object]:
        begin = {"day": date(2024, 1, number), "pair": "USD/MXN", "side": "BUY", "channel": "sms"}
        return {**begin, "suggestions": 10, "sent": 9, "opened": 5, "settled": 8, "conversions": 2, **more}

    kpis = [day(1), day(2), day(2, channel="push", conversions=4), day(2, pair="USD/BRL"), day(2, side="SELL")]
    with lake(gold__suggestion_kpis=kpis) as connection:
        found = ask(connection, "conversion_by_day", **JANUARY)
    assert [(row["day"].day, row["side"], row["settled"], row["conversion_rate"]) for row in found] == [
        (2, "BUY", 16, 0.375),
        (2, "SELL", 8, 0.25),
    ]


def test_the_policys_rules_are_counted_where_the_model_would_act() -> None:
    def day(decision: str, suppressed: str | None, decisions: int) -> dict[str, object]:
        when = {"day": date(2024, 1, 2), "pair": "USD/MXN", "cause": "broken", "users": 1}
        return {**when, "decision": decision, "suppressed": suppressed, "decisions": decisions}

    decided = [day("HOLD", None, 90), day("BUY", "cooldown", 4), day("BUY", "cooldown", 3), day("SELL", None, 2)]
    with lake(gold__decision_days=decided) as connection:
        found = ask(connection, "held_back_by_policy", **JANUARY)
    assert [tuple(row.values()) for row in found] == [("cooldown", "BUY", 7), ("none", "SELL", 2)]


def test_a_providers_margin_is_summed_over_its_types_of_energy_and_no_customers_is_among_them() -> None:
    def member(party: str, name: str, margin: str) -> dict[str, object]:
        money = {"cost": Decimal("90"), "revenue": Decimal("100"), "margin": Decimal(margin)}
        return {"party": party, "member": name, "name": name, "transactions": 1, "quantity": Decimal(5), **money}

    margins = [member("provider", "P-1", "10"), member("provider", "P-1", "20"), member("provider", "P-2", "40")]
    with lake(gold__energy_margins=[*margins, member("customer_type", "industrial", "99")]) as connection:
        found = ask(connection, "energy_margin_by_provider")
    assert [(row["provider_id"], row["margin"], row["margin_rate"]) for row in found] == [
        ("P-2", Decimal("40.000000000"), 0.4),
        ("P-1", Decimal("30.000000000"), 0.15),
    ]


def test_products_that_share_the_last_place_are_all_told() -> None:
    def product(name: str, place: int, month: int = 1) -> dict[str, object]:
        return {"month": date(2024, month, 1), "product_id": name, "product": name, "place": place, "quantity": 1}

    sold = [product("a", 1), product("b", 2), product("c", 2), product("d", 4), product("e", 1, month=2)]
    with lake(gold__best_selling_products=sold) as connection:
        found = ask(connection, "best_products", month="2024-01-01", places="2")
    assert [row["product_id"] for row in found] == ["a", "b", "c"]


def test_an_area_has_its_south_western_edges_and_not_its_others() -> None:
    def cell(latitude: str, longitude: str, day: int = 5) -> dict[str, object]:
        where = {"latitude": Decimal(latitude), "longitude": Decimal(longitude), "hour": at(f"2024-01-{day:02} 14:00")}
        return {**where, "devices": 2, "positions": 3, "visits": 2}

    cells = [cell("4.60", "-74.20"), cell("4.79", "-74.01"), cell("4.80", "-74.10"), cell("4.70", "-74.00")]
    area = {"south": "4.60", "north": "4.8", "west": "-74.2", "east": "-74"}
    with lake(gold__device_visits=[*cells, cell("4.70", "-74.10", day=6)]) as connection:
        found = ask(connection, "visits_in_area", **area, day="2024-01-05")
    assert [(row["hour"].hour, row["cells"], row["visits"]) for row in found] == [(14, 2, 4)]


def test_what_was_set_aside_is_counted_by_its_first_reason() -> None:
    def row(dataset: str, day: str, *reasons: str) -> dict[str, object]:
        return {"dataset": dataset, "load_date": day, "reasons": list(reasons)}

    aside = [row("fx_prices", "2024-01-05", "crossed", "late"), row("fx_prices", "2024-01-06", "crossed")]
    aside += [row("fx_prices", "2024-01-01", "crossed"), row("hr_jobs", "2024-01-05", "unreadable")]
    with lake(control__quarantine=aside) as connection:
        found = ask(connection, "quarantine_by_reason", since="2024-01-05")
    assert [tuple(row.values()) for row in found] == [("fx_prices", "crossed", 2), ("hr_jobs", "unreadable", 1)]


def test_every_row_of_a_dataset_is_accounted_for_over_its_files() -> None:
    def file(dataset: str, day: int) -> dict[str, object]:
        counts = {"rows_in": 10, "silver": 6, "duplicates": 2, "late": 1, "quarantine": 1, "unaccounted": 0}
        return {"dataset": dataset, "load": f"{day}", "received_at": at(f"2024-01-{day:02}"), "reasons": "{}", **counts}

    accounts = [file("fx_prices", 1), file("fx_prices", 3), file("hr_jobs", 2)]
    with lake(control__accounts=accounts) as connection:
        summed = ask(connection, "rows_by_dataset")
        files = ask(connection, "files_of_dataset", dataset="fx_prices", since="2024-01-02")
    assert list(summed[0].values()) == ["fx_prices", 2, 20, 12, 4, 2, 2, 0]
    assert [row["load"] for row in files] == ["3"]


def test_a_dataset_is_as_fresh_as_its_newest_row_and_a_register_as_its_last_file() -> None:
    accounts = [{"dataset": "fx_prices", "received_at": at("2024-01-03")}]
    accounts += [{"dataset": "hr_jobs", "received_at": at(f"2024-01-{day:02}")} for day in (1, 2)]
    prices = [{"pair": "USD/MXN", "event_time": at(f"2024-01-02 {hour:02}:00")} for hour in (9, 8)]
    with lake(control__accounts=accounts, silver__fx_prices=prices) as connection:
        found = ask(connection, "freshness")
    assert [tuple(row.values()) for row in found] == [
        ("fx_prices", at("2024-01-02 09:00"), at("2024-01-03")),
        ("hr_jobs", None, at("2024-01-02")),
    ]


def test_the_freshness_of_every_dataset_that_has_a_time_is_asked_for() -> None:
    sql = named()["freshness"].sql
    assert all((f"silver}}.{name}" in sql) == bool(contract.event_time) for name, contract in contracts().items())


def test_a_string_that_would_be_sql_is_a_string_like_any_other() -> None:
    wicked = "x' OR '1'='1"
    files = [{"dataset": name, "load": name, "received_at": at("2024-01-02")} for name in ("fx_prices", wicked)]
    with lake(control__accounts=files) as connection:
        found = ask(connection, "files_of_dataset", dataset=wicked, since="2024-01-01")
    assert [row["load"] for row in found] == [wicked]


def test_trades_and_prices_are_those_of_the_pair_and_the_days() -> None:
    def day(number: int, user: str, pair: str = "USD/MXN") -> dict[str, object]:
        return {"user_id": user, "pair": pair, "day": date(2024, 1, number), "trades": 2, "bought": 5, "sold": 1}

    price = {"pair": "USD/MXN", "day": date(2024, 1, 2), "prices": 3, "open": 17, "close": 18}
    days = [day(1, "a"), day(2, "a"), day(2, "b"), day(2, "b", "USD/BRL")]
    with lake(gold__user_days=days, gold__daily_prices=[price, {**price, "pair": "USD/BRL"}]) as connection:
        trades, prices = ask(connection, "trades_by_day", **JANUARY), ask(connection, "price_by_day", **JANUARY)
    assert [(row["users"], row["trades"], row["bought"]) for row in trades] == [(2, 4, 10)]
    assert [(row["open"], row["close"]) for row in prices] == [(17, 18)]
