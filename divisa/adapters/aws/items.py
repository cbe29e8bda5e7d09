"""What the tables hold: one PynamoDB model an item. Their names and keys are in `tables`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pynamodb.attributes import Attribute, JSONAttribute, ListAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.models import Model

from divisa.domain.errors import InvalidInput

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


class EdgeAttribute(Attribute[float]):
    """An edge of a band as a number, by which an index finds what a price breaks; absent where no price reaches it.

    DynamoDB's numbers have 38 digits, and 17 give any float back to the last bit (but for the sign of −0.0). They have
    no infinities and an exponent of ±125 or so. So an edge out there is infinite: absent on the side where it is never
    reached, and thereby out of the index; on the other side, where every price breaks the band, `FARTHEST`, which is in
    the index whatever the price. An edge nearer to 0 than `NEAREST`, and not 0, is moved there. No price can tell:
    those of 18 digits have log prices of 0 or between 1e-18 and 42.
    """

    attr_type = NUMBER
    FARTHEST: Final = 1e125
    NEAREST: Final = 1e-125

    def __init__(self, *, never: float) -> None:
        """`never` is the infinity that no price reaches: +inf for an upper edge, -inf for a lower."""
        super().__init__(null=True)
        self.never: Final = never

    def serialize(self, value: float) -> str | None:
        """`2.8356`, `-1e+125`; None for what is never reached.

        Raises:
            InvalidInput: the edge is no number.
        """
        if math.isnan(value):
            raise InvalidInput("an edge of a band is no number")
        if abs(value) >= self.FARTHEST:
            return None if (value > 0) == (self.never > 0) else repr(math.copysign(self.FARTHEST, value))
        return repr(math.copysign(self.NEAREST, value) if 0.0 < abs(value) < self.NEAREST else float(value))

    def deserialize(self, value: str) -> float:
        """The edge."""
        edge = float(value)
        return edge if abs(edge) < self.FARTHEST else -self.never


class PortfolioItem(Model):
    """Balances of one user and pair, in minor units of their currency."""

    user_id = UnicodeAttribute(hash_key=True)
    pair = UnicodeAttribute(range_key=True)
    base_balance_minor = NumberAttribute()
    quote_balance_minor = NumberAttribute()
    base_cost_minor = NumberAttribute()
    realised_pnl_minor = NumberAttribute()
    sequence = NumberAttribute()
    traded_at = MomentAttribute(null=True)


class TransactionItem(Model):
    """A ledger entry: money in minor units, the price as text, `market` as a JSON document.

    `pair_sequence` is `USD/MXN#000000000012`, which sorts as the numbers do. `owner` is `person` or `pseudonym`: what
    was put under a pseudonym is inserted once more, and that is no news to whoever reads the table's stream.
    """

    user_id = UnicodeAttribute(hash_key=True)
    transaction_id = UnicodeAttribute(range_key=True)
    executed_at = MomentAttribute()
    pair_sequence = UnicodeAttribute()
    owner = UnicodeAttribute()
    pair = UnicodeAttribute()
    sequence = NumberAttribute()
    side = UnicodeAttribute()
    quantity_minor = NumberAttribute()
    price = UnicodeAttribute()
    amount_minor = NumberAttribute()
    realised_pnl_minor = NumberAttribute(null=True)
    market = UnicodeAttribute()
    quote_time = MomentAttribute()
    quote_sequence = NumberAttribute()
    fingerprint = UnicodeAttribute()


class SummaryItem(Model):
    """The behaviour summary of one user and pair; attributes as the fields of `BehaviourSummary`.

    `sequence` is the number of the newest ledger entry in it, absent before the first.
    """

    user_id = UnicodeAttribute(hash_key=True)
    pair = UnicodeAttribute(range_key=True)
    sequence = NumberAttribute(null=True)
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
    """What is remembered of a user and pair; a pair's watches are spread over partitions `USD/MXN#3`.

    `lower` and `upper` are the band; the `visit_…` attributes are absent when there is no visit.
    """

    pair_shard = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)
    lower = EdgeAttribute(never=-math.inf)
    upper = EdgeAttribute(never=math.inf)
    decision = NumberAttribute()
    visit_side = UnicodeAttribute(null=True)
    visit_lower = StatisticAttribute()
    visit_upper = StatisticAttribute()
    visit_left_at = MomentAttribute(null=True)
    episode = NumberAttribute()
    generation = NumberAttribute()
    evaluated_at = MomentAttribute(null=True)
    refresh_at = MomentAttribute(null=True)
    model_version = UnicodeAttribute(null=True)


class MarketItem(Model):
    """All that is remembered of a pair's quotes, as one JSON document that is replaced whole."""

    pair = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    document = UnicodeAttribute()


class SuggestionItem(Model):
    """A suggestion; the attributes are the fields of its message (see `divisa.adapters.wire`) and these four.

    `status` is `pending`, `suppressed` or `held`: the outbox takes the pending ones from the table's stream. Only what
    is held has a `held_shard`, 0 to `HELD_SHARDS` - 1, and is thereby in the index of what is to be released. Only what
    is part of the experiment has a `trial_day`, `2024-01-10#3`, and is thereby in the index of what is to be settled.
    """

    user_id = UnicodeAttribute(hash_key=True)
    suggestion_id = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    ttl = TTLAttribute()
    held_shard = UnicodeAttribute(null=True)
    trial_day = UnicodeAttribute(null=True)
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
    intended = UnicodeAttribute(null=True)
    suppressed = UnicodeAttribute(null=True)
    response = UnicodeAttribute(null=True)
    responded_at = UnicodeAttribute(null=True)
    opened_at = UnicodeAttribute(null=True)
    held_until = MomentAttribute(null=True)


class RecipientItem(Model):
    """How one user may be reached, and what they wish to be told; without a version, the usual wishes.

    `consent` and `channel_order` have the names of channels; `alerts` are lists of pair, direction and price.
    """

    user_id = UnicodeAttribute(hash_key=True)
    language = UnicodeAttribute()
    consent = JSONAttribute()
    channel_order = JSONAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute(null=True)
    quiet_from = UnicodeAttribute(null=True)
    quiet_to = UnicodeAttribute(null=True)
    weekly_cap = NumberAttribute(null=True)
    pairs = JSONAttribute(null=True)
    alerts = JSONAttribute(null=True)
    unusable_email = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)


class DeviceItem(Model):
    """A device that a user's notifications go to."""

    user_id = UnicodeAttribute(hash_key=True)
    device_id = UnicodeAttribute(range_key=True)
    platform = UnicodeAttribute()
    token = UnicodeAttribute()
    registered_at = MomentAttribute()


class TokenItem(Model):
    """Whose device has a token: an item beside the devices, under a partition that is no user's."""

    user_id = UnicodeAttribute(hash_key=True)
    device_id = UnicodeAttribute(range_key=True)
    owner = UnicodeAttribute()
    owned_device = UnicodeAttribute()


class ErasureItem(Model):
    """The tombstone of a person, who is not named any more."""

    pseudonym = UnicodeAttribute(hash_key=True)
    requested_at = MomentAttribute()
    erased_at = MomentAttribute(null=True)


class DeliveryItem(Model):
    """What became of one suggestion on one channel; `attempt` says whose claim it is until it is settled."""

    suggestion_id = UnicodeAttribute(hash_key=True)
    channel = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    at = MomentAttribute()
    message_id = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute()
    ttl = TTLAttribute()


class OutcomeItem(Model):
    """What became of a suggestion, as one JSON document (see `divisa.adapters.wire`); replaced until it is settled."""

    user_id = UnicodeAttribute(hash_key=True)
    suggestion_id = UnicodeAttribute(range_key=True)
    document = UnicodeAttribute()
    ttl = TTLAttribute()


class BarItem(Model):
    """What a pair's mid did in one interval; bars of one stretch of time lie in a partition `USD/MXN#1h#2024-01`.

    Prices are plain decimal digits as text, which gives them back whatever their number.
    """

    pair_interval_span = UnicodeAttribute(hash_key=True)
    start = MomentAttribute(range_key=True)
    open = UnicodeAttribute()
    high = UnicodeAttribute()
    low = UnicodeAttribute()
    close = UnicodeAttribute()
    opened_at = MomentAttribute()
    closed_at = MomentAttribute()
    ttl = TTLAttribute()


class NonceItem(Model):
    """A number that a price provider has used, so that the same message counts once."""

    provider = UnicodeAttribute(hash_key=True)
    nonce = UnicodeAttribute(range_key=True)
    ttl = TTLAttribute()


class ThrottleItem(Model):
    """What a user has asked in one minute of the wall, `2024-01-05T14:15`."""

    user_id = UnicodeAttribute(hash_key=True)
    window = UnicodeAttribute(range_key=True)
    requests = NumberAttribute()
    ttl = TTLAttribute()


class PacingItem(Model):
    """When a user's suggestions of the week took their places: moments as ISO-8601 text by suggestion id."""

    user_id = UnicodeAttribute(hash_key=True)
    places = JSONAttribute()
    version = NumberAttribute()
    ttl = TTLAttribute()


class BudgetItem(Model):
    """What a month's text messages to one country cost so far, in millionths of a US dollar."""

    country = UnicodeAttribute(hash_key=True)
    month = UnicodeAttribute(range_key=True)
    spent = NumberAttribute()
    ttl = TTLAttribute()
