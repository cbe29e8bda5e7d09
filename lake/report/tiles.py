"""The page's first lines: a few numbers, each with what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from lake.contract.contract import Contract
    from lake.report.tables import Tables
    from lake.report.words import Words


def tiles(tables: Tables, contracts: Mapping[str, Contract], at: datetime, words: Words) -> Iterator[tuple[str, str]]:
    """Numbers as they are written, each with what it is; those of tables without rows are left out.

    Args:
        tables: what the page is made of.
        contracts: all, by dataset.
        at: now, UTC.
        words: of the page.
    """
    kpis = tables.gold("suggestion_kpis", "sent", "settled", "conversions").to_pylist()
    sent, settled, conversions = (sum(row[name] for row in kpis) for name in ("sent", "settled", "conversions"))
    if kpis:
        yield words.number(sent), words("tile.sent")
    if settled:
        yield words.percent(conversions / settled), words("tile.conversion")
    for row in tables.gold("lift", "segment", "difference").to_pylist():
        if row["segment"] == "all" and row["difference"] is not None:
            yield words.signed(100 * row["difference"], 1), words("tile.lift")
    trades = tables.gold("user_days", "trades")
    if len(trades):
        yield words.number(sum(trades["trades"].to_pylist())), words("tile.trades")
    accounts = tables.accounts().select(["dataset", "rows_in", "received_at"]).to_pylist()
    if accounts:
        now = at.replace(tzinfo=None)
        fresh = {
            row["dataset"]
            for row in accounts
            if row["dataset"] in contracts and now - row["received_at"] <= contracts[row["dataset"]].freshness
        }
        yield words.number(sum(row["rows_in"] for row in accounts)), words("tile.rows")
        yield f"{words.number(len(fresh))} / {words.number(len(contracts))}", words("tile.fresh")
