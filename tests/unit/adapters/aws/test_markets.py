from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.tables import Tables
from divisa.domain.errors import InvalidInput
from tests.builders import USD_MXN

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Image, Table


def table_with(document: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """A market table in which somebody else has written."""
    image: Image = {"pair": {"S": str(USD_MXN)}, "version": {"N": "3"}, "document": {"S": document}}
    table = Tables("t-").market
    monkeypatch.setattr(table, "get", lambda key: image)
    return table


@pytest.mark.parametrize("document", ["", "{}", "[1]", '{"last_event_time": "yesterday"}'])
def test_a_record_that_cannot_be_read_says_whose_it_is(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="t-market: the item USD/MXN cannot be read"):
        DynamoMarkets(table_with(document, monkeypatch)).load(USD_MXN)


def test_a_record_from_before_quotes_were_kept_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    document = '{"last_event_time":null,"last_sequence":{},"recent":[],"suspect":null,"market":null,"position":"7"}'
    found = DynamoMarkets(table_with(document, monkeypatch)).load(USD_MXN)
    assert (found.quote, found.position, found.version) == (None, "7", 3)
    with pytest.raises(InvalidInput, match="t-market: the item USD/MXN cannot be read"):
        DynamoMarkets(table_with(document[:-1] + ',"quote":"{}"}', monkeypatch)).load(USD_MXN)
