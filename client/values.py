"""What goes in and out of the API. Money and prices are Decimal, times are UTC, pairs are written `USD/MXN`.

Fields that an answer may leave out are None.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

Side = Literal["BUY", "SELL"]
"""What the user does with the base currency."""
Interval = Literal["1m", "1h", "1d"]
"""How long a bar is."""
Language = Literal["es", "en"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its time zone; the API answers in UTC."""


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A JSON object of the API. Fields that a newer API adds are ignored."""


# What people hold and trade


class Price(Value, frozen=True, kw_only=True):
    """What one unit of the base is bought and sold for, in quote currency."""

    bid: Decimal
    ask: Decimal
    time: Moment


class Position(Value, frozen=True, kw_only=True):
    """What the caller holds of a pair. Amounts are quote currency but for `base_balance`.

    Attributes:
        average_cost: of one unit of the base held; None when nothing is held.
        price: the last good quote; None before the first.
        value: the base at the bid; None without a price.
        unrealised_pnl: what selling all of it at the bid would earn; None without a price.
    """

    pair: str
    base_balance: Decimal
    quote_balance: Decimal
    base_cost: Decimal
    realised_pnl: Decimal
    average_cost: Decimal | None = None
    price: Price | None = None
    value: Decimal | None = None
    unrealised_pnl: Decimal | None = None


class Portfolio(Value, frozen=True, kw_only=True):
    """What the caller holds, one position for each served pair."""

    as_of: Moment
    positions: tuple[Position, ...]


class Quote(Value, frozen=True, kw_only=True):
    """A price that can be traded at.

    Attributes:
        quote_id: what a trade names; it is the caller's own.
        valid_until: until when.
        tradable: whether the market is open and the price fresh.
    """

    pair: str
    bid: Decimal
    ask: Decimal
    time: Moment
    quote_id: str
    valid_until: Moment
    tradable: bool


class Order(Value, frozen=True, kw_only=True):
    """A trade that is asked for.

    Attributes:
        quantity: base currency.
        max_slippage: how much worse than the quote's the price may be, as a share of it.
    """

    quote_id: str
    side: Side
    quantity: Decimal
    max_slippage: Decimal = Decimal(0)


class Transaction(Value, frozen=True, kw_only=True):
    """An entry of the caller's ledger.

    Attributes:
        amount: quote currency paid or received.
        realised_pnl: what a sell earned, quote currency; None for a buy.
        sequence: its number in the caller's ledger of that pair, from 1.
    """

    transaction_id: str
    pair: str
    side: Side
    quantity: Decimal
    price: Decimal
    amount: Decimal
    executed_at: Moment
    sequence: int
    realised_pnl: Decimal | None = None


class TransactionPage(Value, frozen=True, kw_only=True):
    """Some of the ledger, newest first; `next_cursor` asks for what comes after it."""

    items: tuple[Transaction, ...]
    next_cursor: str | None = None


class Bar(Value, frozen=True, kw_only=True):
    """Mids of one interval."""

    start: Moment
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


class History(Value, frozen=True, kw_only=True):
    """Bars for a chart, oldest first."""

    pair: str
    interval: Interval
    bars: tuple[Bar, ...]


# What people are told, and how


class Reason(Value, frozen=True, kw_only=True):
    """Why something was suggested, with its number and in the user's language."""

    code: str
    number: float
    text: str


class Suggestion(Value, frozen=True, kw_only=True):
    """What the model suggested to the caller."""

    suggestion_id: str
    pair: str
    side: Side
    amount: Decimal
    price: Decimal
    quote_time: Moment
    reasons: tuple[Reason, ...]
    propensity: float
    created_at: Moment
    expires_at: Moment
    status: str
    suppressed: str | None = None
    response: str | None = None
    responded_at: Moment | None = None
    opened_at: Moment | None = None
    held_until: Moment | None = None


class SuggestionPage(Value, frozen=True, kw_only=True):
    """Some of the caller's suggestions, newest first."""

    items: tuple[Suggestion, ...]
    next_cursor: str | None = None


class Answered(Value, frozen=True, kw_only=True):
    """What the caller said to a suggestion."""

    suggestion_id: str
    response: str
    responded_at: Moment


class Opened(Value, frozen=True, kw_only=True):
    """When the caller first opened a suggestion."""

    suggestion_id: str
    opened_at: Moment


Reaction = Literal["accepted", "dismissed", "not_useful"]
"""What a person may say to a suggestion."""


class Reply(Value, frozen=True, kw_only=True):
    """What the caller says to a suggestion."""

    response: Reaction


class Consent(Value, frozen=True, kw_only=True):
    """The channels over which the caller may be told."""

    sms: bool
    email: bool
    push: bool


class QuietHours(Value, frozen=True, kw_only=True, rename={"start": "from", "end": "to"}):
    """When the caller is not to be disturbed, local times `HH:MM`; may go over midnight."""

    start: str
    end: str


class Alert(Value, frozen=True, kw_only=True):
    """A price at which the caller wants to be told, whatever the model thinks."""

    pair: str
    direction: Literal["above", "below"]
    price: Decimal


class Preferences(Value, frozen=True, kw_only=True):
    """How the caller wants to be told.

    Attributes:
        channel_order: every channel once, in the order in which they are tried.
        time_zone: IANA name, for example `America/Mexico_City`.
        weekly_cap: messages a week at most.
        pairs: about which the caller wants to hear.
    """

    consent: Consent
    channel_order: tuple[Literal["push", "email", "sms"], ...]
    language: Language
    time_zone: str
    weekly_cap: int
    pairs: tuple[str, ...]
    alerts: tuple[Alert, ...]
    quiet_hours: QuietHours | None = None


Platform = Literal["ios", "android"]


class NewDevice(Value, frozen=True, kw_only=True):
    """A phone that wants push messages."""

    platform: Platform
    token: str


class Device(Value, frozen=True, kw_only=True):
    """A phone that gets push messages."""

    device_id: str
    platform: Platform
    registered_at: Moment


class DeviceList(Value, frozen=True, kw_only=True):
    """The caller's phones."""

    items: tuple[Device, ...]


class Erasure(Value, frozen=True, kw_only=True):
    """The caller's data are on their way out."""

    status: Literal["erasing"]


class Unsubscribed(Value, frozen=True, kw_only=True):
    """There are no more emails."""

    status: Literal["unsubscribed"]


# Prices, files, health


class PricedQuote(Value, frozen=True, kw_only=True):
    """A price event of a provider.

    Attributes:
        event_time: when the provider saw it.
        sequence: the provider's counter; grows from quote to quote of a pair.
    """

    pair: str
    bid: Decimal
    ask: Decimal
    event_time: Moment
    sequence: int


class PriceBatch(Value, frozen=True, kw_only=True):
    """Price events, 1 to 500."""

    quotes: tuple[PricedQuote, ...]


class PriceResult(Value, frozen=True, kw_only=True):
    """What became of one price event, by its place in the batch."""

    index: int
    status: Literal["accepted", "rejected"]
    reason: str | None = None


class PriceResults(Value, frozen=True, kw_only=True):
    """What became of a batch."""

    results: tuple[PriceResult, ...]


class StoredFeed(Value, frozen=True, kw_only=True):
    """A file that was taken."""

    dataset: str
    file: str
    sha256: str
    bytes: int
    key: str


class FeedUpload(Value, frozen=True, kw_only=True):
    """A large file that is to be uploaded: the SHA-256 of its content, hexadecimal, and its size."""

    sha256: str
    bytes: int


class Upload(Value, frozen=True, kw_only=True):
    """Where a large file goes: POST the fields and the file as a form to the address."""

    url: str
    expires_at: Moment
    fields: dict[str, str]


class QuoteAge(Value, frozen=True, kw_only=True):
    """How old a pair's last good quote is, seconds; None before the first."""

    pair: str
    age_seconds: float | None = None


class Health(Value, frozen=True, kw_only=True):
    """How the service fares."""

    status: Literal["ok", "degraded"]
    dependencies: dict[str, str]
    quotes: tuple[QuoteAge, ...]
