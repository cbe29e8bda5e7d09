from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.tables import Tables
from divisa.adapters.aws.watches import DynamoWatches
from divisa.domain.errors import InvalidInput
from divisa.ports import LedgerFilter
from tests.builders import USD_MXN

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Image, Table

TABLES = Tables("t-")


def holding(table: Table, image: Image, monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table in which somebody else has written one item."""
    monkeypatch.setattr(table, "get", lambda *key: image)
    monkeypatch.setattr(table, "get_many", lambda keys, **options: iter([image]))
    monkeypatch.setattr(table, "pages", lambda partition, **options: iter([[image]]))
    return table


def test_an_unreadable_item_is_named_by_table_and_key_and_nothing_else_of_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user: Image = {"user_id": {"S": "ana"}}
    recipient = user | {"language": {"S": "tlh"}, "consent": {"S": "[]"}, "phone": {"S": "+525512345678"}}
    with pytest.raises(InvalidInput, match="t-recipients: the item ana cannot be read") as refusal:
        DynamoRecipients(holding(TABLES.recipients, recipient, monkeypatch)).get_many(["ana"])
    assert "5512345678" not in str(refusal.value)

    portfolio = user | {"pair": {"S": "USD/MXN"}, "base_balance_minor": {"S": "much"}}
    with pytest.raises(InvalidInput, match="t-portfolios: the item ana/USD/MXN cannot be read"):
        DynamoPortfolios(holding(TABLES.portfolios, portfolio, monkeypatch)).get_many(USD_MXN, ["ana"])

    summary = user | {"pair": {"S": "USD/MXN"}, "buys": {"S": "several"}}
    with pytest.raises(InvalidInput, match="t-summaries: the item ana/USD/MXN cannot be read"):
        DynamoSummaries(holding(TABLES.summaries, summary, monkeypatch)).get_many(USD_MXN, ["ana"])

    watch = user | {"pair_shard": {"S": "USD/MXN#0"}, "decision": {"N": "7"}, "generation": {"N": "1"}}
    table = holding(TABLES.watches, watch, monkeypatch)
    with pytest.raises(InvalidInput, match="t-watches: the item USD/MXN#0/ana cannot be read"):
        list(DynamoWatches(table, TABLES.suggestions, shards=1).of_pair(USD_MXN))

    entry = user | {"transaction_id": {"S": "t-1"}, "quantity_minor": {"S": "5512345678"}}
    ledger = DynamoLedger(holding(TABLES.transactions, entry, monkeypatch), TABLES.portfolios)
    for read in (lambda: ledger.find("ana", "t-1"), lambda: ledger.page("ana", LedgerFilter(), limit=1)):
        with pytest.raises(InvalidInput, match="t-transactions: the item ana/t-1 cannot be read") as refusal:
            read()
        assert "5512345678" not in str(refusal.value)
