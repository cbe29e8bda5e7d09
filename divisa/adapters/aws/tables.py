"""Divisa's tables: their names and models, stated once. The infrastructure's template is tested against this."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import TTLAttribute
from pynamodb.connection import Connection

from divisa.adapters.aws.items import (
    BarItem,
    BudgetItem,
    DeliveryItem,
    DeviceItem,
    ErasureItem,
    MarketItem,
    NonceItem,
    OutcomeItem,
    PacingItem,
    PortfolioItem,
    RecipientItem,
    SuggestionItem,
    SummaryItem,
    ThrottleItem,
    TransactionItem,
    WatchItem,
)
from divisa.adapters.aws.table import Index, Table

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
        indexes: its secondary indexes.
    """

    name: str
    model: type[Model]
    stream_view: str | None = None
    indexes: tuple[Index, ...] = ()

    @property
    def hash_key(self) -> str:
        """The partition key."""
        [name] = [each.attr_name for each in self.model.get_attributes().values() if each.is_hash_key]
        return name

    @property
    def range_key(self) -> str | None:
        """The sort key."""
        return next((each.attr_name for each in self.model.get_attributes().values() if each.is_range_key), None)

    @property
    def key_types(self) -> dict[str, str]:
        """DynamoDB's type, S or N, of every attribute that is a key of the table or of an index."""
        keys = {self.hash_key, self.range_key}
        keys |= {name for index in self.indexes for name in (index.hash_key, index.range_key)}
        attributes = self.model.get_attributes().values()
        return {each.attr_name: each.attr_type for each in attributes if each.attr_name in keys}

    @property
    def ttl_attribute(self) -> str | None:
        """The attribute that says when an item may go, in seconds since 1970 UTC."""
        attributes = self.model.get_attributes().values()
        return next((each.attr_name for each in attributes if isinstance(each, TTLAttribute)), None)


BY_UPPER: Final = Index("by_upper", "upper")
BY_LOWER: Final = Index("by_lower", "lower")
BY_REFRESH: Final = Index("by_refresh", "refresh_at")
BY_RELEASE: Final = Index("by_release", "held_until", hash_key="held_shard")
BY_CREATED: Final = Index("by_created", "created_at", is_local=True)
BY_TRIAL_DAY: Final = Index("by_trial_day", "created_at", hash_key="trial_day")
BY_PHONE: Final = Index("by_phone", "user_id", hash_key="phone", keys_only=True)
BY_EMAIL: Final = Index("by_email", "user_id", hash_key="email", keys_only=True)
BY_TIME: Final = Index("by_time", "executed_at", is_local=True)
BY_SEQUENCE: Final = Index("by_sequence", "pair_sequence", is_local=True)
PORTFOLIOS: Final = Definition("portfolios", PortfolioItem)
SUMMARIES: Final = Definition("summaries", SummaryItem)
WATCHES: Final = Definition("watches", WatchItem, indexes=(BY_UPPER, BY_LOWER, BY_REFRESH))
MARKET: Final = Definition("market", MarketItem)
SUGGESTIONS: Final = Definition(
    "suggestions", SuggestionItem, stream_view="NEW_IMAGE", indexes=(BY_RELEASE, BY_TRIAL_DAY, BY_CREATED)
)
RECIPIENTS: Final = Definition("recipients", RecipientItem, indexes=(BY_PHONE, BY_EMAIL))
DELIVERIES: Final = Definition("deliveries", DeliveryItem)
DEVICES: Final = Definition("devices", DeviceItem)
ERASURES: Final = Definition("erasures", ErasureItem)
OUTCOMES: Final = Definition("outcomes", OutcomeItem, stream_view="NEW_IMAGE")
BARS: Final = Definition("bars", BarItem)
NONCES: Final = Definition("nonces", NonceItem)
THROTTLES: Final = Definition("throttles", ThrottleItem)
BUDGETS: Final = Definition("budgets", BudgetItem)
PACING: Final = Definition("pacing", PacingItem)
TRANSACTIONS: Final = Definition(
    "transactions", TransactionItem, stream_view="NEW_IMAGE", indexes=(BY_TIME, BY_SEQUENCE)
)
CONNECTIONS: Final = 16
"""Requests on their way at once: those of `parallel.THREADS`, and some of whoever runs beside them."""
DEFINITIONS: Final = (
    PORTFOLIOS,
    SUMMARIES,
    WATCHES,
    MARKET,
    SUGGESTIONS,
    RECIPIENTS,
    DELIVERIES,
    DEVICES,
    ERASURES,
    OUTCOMES,
    BARS,
    NONCES,
    THROTTLES,
    BUDGETS,
    PACING,
    TRANSACTIONS,
)


class _SharedConnection(Connection):
    """PynamoDB's connection for several threads.

    The client of botocore is safe between threads, but PynamoDB makes it with the first request: of several that come
    at once, each would make one.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._lock = Lock()

    @property
    def client(self) -> Any:
        """The one client."""
        with self._lock:
            return super().client


class Tables:
    """The tables of one stage, on one connection that opens with the first call.

    Region, credentials and, on a laptop, the endpoint come from the environment.
    """

    def __init__(
        self, prefix: str, *, backoff: Backoff | None = None, read_seconds: float = 5.0, retries: int = 3
    ) -> None:
        """Tables whose names begin with `prefix`, for example `divisa-local-`.

        A request waits `read_seconds` for its answer, and is repeated at most `retries` times.
        """
        connection = _SharedConnection(
            connect_timeout_seconds=1,
            read_timeout_seconds=read_seconds,
            max_retry_attempts=retries,
            max_pool_connections=CONNECTIONS,
        )

        def table(definition: Definition) -> Table:
            return Table(connection, prefix + definition.name, definition.model, backoff, definition.indexes)

        self.portfolios = table(PORTFOLIOS)
        self.summaries = table(SUMMARIES)
        self.watches = table(WATCHES)
        self.market = table(MARKET)
        self.suggestions = table(SUGGESTIONS)
        self.recipients = table(RECIPIENTS)
        self.deliveries = table(DELIVERIES)
        self.devices = table(DEVICES)
        self.erasures = table(ERASURES)
        self.transactions = table(TRANSACTIONS)
        self.outcomes = table(OUTCOMES)
        self.bars = table(BARS)
        self.nonces = table(NONCES)
        self.throttles = table(THROTTLES)
        self.budgets = table(BUDGETS)
        self.pacing = table(PACING)
