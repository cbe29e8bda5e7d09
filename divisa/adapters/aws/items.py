"""What the tables hold: one PynamoDB model an item. Their names and keys are in `tables`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pynamodb.attributes import Attribute, JSONAttribute, ListAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.constants import STRING
from pynamodb.models import Model

KEPT: Final = timedelta(days=400)
"""How long suggestions and deliveries stay, from the day that they are stored: a year and a month, so that any month
can be compared with the same month a year before."""


class MomentAttribute(Attribute[datetime]):
    """A moment as ISO-8601 UTC text to the microsecond; sorts as text."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """`2024-01-05T14:15:00.000000+00:00`."""
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def deserialize(self, value: str) -> datetime:
        """The moment, UTC."""
        return datetime.fromisoformat(value)


class StatisticAttribute(Attribute[float]):
    """A float as the shortest text that gives it back to the last bit; NaN is stored as an absent attribute.

    A DynamoDB number would keep the digits of most floats, but not the sign of −0.0, and it refuses what is smaller
    than 1e-130, which a statistic that decays by half-lives becomes after some decades.
    """

    attr_type = STRING
    null = True

    def serialize(self, value: float) -> str | None:
        """`0.1`, `5e-324`, `inf`; None for NaN."""
        return None if math.isnan(value) else repr(value)

    def deserialize(self, value: str) -> float:
        """The float."""
        return float(value)


class PortfolioItem(Model):
    """Balances of one user and pair, in minor units of their currency."""

    user_id = UnicodeAttribute(hash_key=True)
    pair = UnicodeAttribute(range_key=True)
    base_balance_minor = NumberAttribute()
    quote_balance_minor = NumberAttribute()
    base_cost_minor = NumberAttribute()
    realised_pnl_minor = NumberAttribute()


class SummaryItem(Model):
    """The behaviour summary of one user and pair; attributes as the fields of `BehaviourSummary`."""

    user_id = UnicodeAttribute(hash_key=True)
    pair = UnicodeAttribute(range_key=True)
    buys = StatisticAttribute()
    sells = StatisticAttribute()
    last_at = StatisticAttribute()
    mean_gap = StatisticAttribute()
    last_buy = StatisticAttribute()
    last_sell = StatisticAttribute()
    usual_buy = StatisticAttribute()
    buy_level = StatisticAttribute()
    sell_level = StatisticAttribute()
    buy_z = StatisticAttribute()
    sell_z = StatisticAttribute()
    size = StatisticAttribute()
    recent_buys = StatisticAttribute()
    recent_sells = StatisticAttribute()
    position = StatisticAttribute()
    cost = StatisticAttribute()
    gains = StatisticAttribute()
    losses = StatisticAttribute()
    phase_cos = StatisticAttribute()
    phase_sin = StatisticAttribute()


class WatchItem(Model):
    """What is remembered of a user and pair; a pair's watches are spread over partitions `USD/MXN#3`."""

    pair_shard = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)
    decision = NumberAttribute()
    generation = NumberAttribute()
    evaluated_at = MomentAttribute(null=True)
    model_version = UnicodeAttribute(null=True)
    suggested_at = MomentAttribute(null=True)


class MarketItem(Model):
    """All that is remembered of a pair's quotes, as one JSON document that is replaced whole."""

    pair = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    document = UnicodeAttribute()


class SuggestionItem(Model):
    """A suggestion; the attributes are the fields of its message (see `divisa.adapters.wire`) and these two.

    `status` is `pending` or `suppressed`: the outbox takes the pending ones from the table's stream.
    """

    user_id = UnicodeAttribute(hash_key=True)
    suggestion_id = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    ttl = TTLAttribute()
    pair = UnicodeAttribute()
    side = UnicodeAttribute()
    amount_minor = NumberAttribute()
    price = UnicodeAttribute()
    quote_time = UnicodeAttribute()
    quote_sequence = NumberAttribute()
    reasons: ListAttribute[Any] = ListAttribute()
    propensity = NumberAttribute()
    model_version = UnicodeAttribute()
    episode = NumberAttribute()
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    language = UnicodeAttribute()
    channels: ListAttribute[Any] = ListAttribute()
    suppressed = UnicodeAttribute(null=True)


class RecipientItem(Model):
    """How one user may be reached."""

    user_id = UnicodeAttribute(hash_key=True)
    language = UnicodeAttribute()
    consent = JSONAttribute()
    phone = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)


class DeliveryItem(Model):
    """What became of one suggestion on one channel."""

    suggestion_id = UnicodeAttribute(hash_key=True)
    channel = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    at = MomentAttribute()
    message_id = UnicodeAttribute(null=True)
    ttl = TTLAttribute()
