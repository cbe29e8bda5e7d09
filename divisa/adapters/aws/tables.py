"""Divisa's tables: their names and models, stated once. The infrastructure's template is tested against this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import TTLAttribute
from pynamodb.connection import Connection

from divisa.adapters.aws.items import (
    DeliveryItem,
    MarketItem,
    PortfolioItem,
    RecipientItem,
    SuggestionItem,
    SummaryItem,
    WatchItem,
)
from divisa.adapters.aws.table import Table

if TYPE_CHECKING:
    from pynamodb.models import Model

    from divisa.adapters.aws.backoff import Backoff


@dataclass(frozen=True, slots=True)
class Definition:
    """What a table must be created as.

    Attributes:
        name: without the stage's prefix.
        model: what its items look like.
        stream_view: what its stream shows of a change; None when it has no stream.
    """

    name: str
    model: type[Model]
    stream_view: str | None = None

    @property
    def hash_key(self) -> str:
        """The partition key; a string, as every key is."""
        [name] = [each.attr_name for each in self.model.get_attributes().values() if each.is_hash_key]
        return name

    @property
    def range_key(self) -> str | None:
        """The sort key."""
        return next((each.attr_name for each in self.model.get_attributes().values() if each.is_range_key), None)

    @property
    def ttl_attribute(self) -> str | None:
        """The attribute that says when an item may go, in seconds since 1970 UTC."""
        attributes = self.model.get_attributes().values()
        return next((each.attr_name for each in attributes if isinstance(each, TTLAttribute)), None)


PORTFOLIOS: Final = Definition("portfolios", PortfolioItem)
SUMMARIES: Final = Definition("summaries", SummaryItem)
WATCHES: Final = Definition("watches", WatchItem)
MARKET: Final = Definition("market", MarketItem)
SUGGESTIONS: Final = Definition("suggestions", SuggestionItem, stream_view="NEW_IMAGE")
RECIPIENTS: Final = Definition("recipients", RecipientItem)
DELIVERIES: Final = Definition("deliveries", DeliveryItem)
DEFINITIONS: Final = (PORTFOLIOS, SUMMARIES, WATCHES, MARKET, SUGGESTIONS, RECIPIENTS, DELIVERIES)


class Tables:
    """The tables of one stage, on one connection that opens with the first call.

    Region, credentials and, on a laptop, the endpoint come from the environment.
    """

    def __init__(self, prefix: str, *, backoff: Backoff | None = None) -> None:
        """Tables whose names begin with `prefix`, for example `divisa-local-`."""
        connection = Connection(connect_timeout_seconds=1, read_timeout_seconds=5, max_retry_attempts=3)

        def table(definition: Definition) -> Table:
            return Table(connection, prefix + definition.name, definition.model, backoff)

        self.portfolios = table(PORTFOLIOS)
        self.summaries = table(SUMMARIES)
        self.watches = table(WATCHES)
        self.market = table(MARKET)
        self.suggestions = table(SUGGESTIONS)
        self.recipients = table(RECIPIENTS)
        self.deliveries = table(DELIVERIES)
