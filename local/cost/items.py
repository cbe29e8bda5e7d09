"""How large the items are that the adapters store: one of each table, built by its adapter, as large as they get.

Users have names of 36 characters (those of Cognito), every statistic is known to its last digit, and a visit goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pynamodb.connection import Connection

from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.pacing import DynamoPacing
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.table import Table
from divisa.adapters.aws.tables import (
    BARS,
    DELIVERIES,
    MARKET,
    OUTCOMES,
    PACING,
    PORTFOLIOS,
    RECIPIENTS,
    SUMMARIES,
    WATCHES,
)
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.wire.decision import decision_to_json
from divisa.domain.bands import Band
from divisa.domain.bars import bars_of
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import field_names
from divisa.domain.decision import (
    Cause,
    DecisionRecord,
    Judgement,
    LoggedFacts,
    LoggedRecipient,
    ModelAnswer,
    decision_id_of,
)
from divisa.domain.episodes import Visit
from divisa.domain.evaluation import Decision, Watch
from divisa.domain.experiment import Arm
from divisa.domain.features import FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.gate import GateLimits, GateState, admit
from divisa.domain.market import WINDOW_DAYS, MarketView, fold
from divisa.domain.outcome import Horizon, LaterPrice, Outcome
from divisa.domain.pair import Pair
from divisa.domain.policy import RULES, PolicyRules, RuleOutcome
from divisa.domain.portfolio import Portfolio
from divisa.domain.preferences import USUAL_WEEKLY_CAP
from divisa.domain.quote import Quote
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Language, Recipient
from divisa.domain.suggestion import Delivery, DeliveryStatus, Suggestion, SuggestionResponse, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import MarketRecord
from local.cost.units import item_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pynamodb.expressions.condition import Condition
    from pynamodb.models import Model

    from divisa.adapters.aws.table import Image
    from divisa.adapters.aws.tables import Definition

PAIR: Final = Pair("USD", "MXN")
USER: Final = "3f0c1e52-8d94-4f0b-9a57-6c2de1b7a480"
AT: Final = datetime(2024, 7, 9, 12, 34, 56, 789012, tzinfo=UTC)
MODEL: Final = "2024-07-01T00:00:00Z-0123456789ab"
THIRD: Final = 1 / 3
"""A float that takes all its digits to write down, as nearly all statistics do."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an item, by table; and of a line of the decision log.

    Attributes:
        decision: a decision's line where no visit begins.
        judgement: by how much it is longer where one does.
    """

    portfolio: int
    summary: int
    watch: int
    market: int
    suggestion: int
    recipient: int
    delivery: int
    pacing: int
    bar: int
    outcome: int
    decision: int
    judgement: int


class _Sheet(Table):
    """An empty table that keeps what it is given to write."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(Connection(region="us-east-1"), definition.name, definition.model)
        self.written: list[Image] = []

    def get(self, hash_key: str, range_key: str | None = None) -> Image | None:
        """Find what was written last."""
        return self.written[-1] if self.written else None

    def put(self, item: Model, condition: Condition) -> bool:
        """Keep an item."""
        self.written.append(item.serialize())
        return True

    def put_many(self, items: Iterable[Model]) -> None:
        """Keep items."""
        self.written += [item.serialize() for item in items]

    def get_many(self, keys: Iterable[tuple[str, ...]], *, consistent: bool = False) -> Iterator[Image]:
        """Find nothing."""
        return iter(())

    @property
    def largest(self) -> int:
        """Bytes of the largest item that was written."""
        return max(map(item_bytes, self.written))


def sizes() -> Sizes:
    """The size of each table's items."""
    portfolios, summaries, watches = _Sheet(PORTFOLIOS), _Sheet(SUMMARIES), _Sheet(WATCHES)
    markets, recipients, deliveries, bars = _Sheet(MARKET), _Sheet(RECIPIENTS), _Sheet(DELIVERIES), _Sheet(BARS)
    money = Decimal("123456.78")
    DynamoPortfolios(portfolios).put_many(
        [Portfolio(USER, PAIR, money, money, money, money, sequence=12_345, traded_at=AT)]
    )
    statistics = dict.fromkeys(field_names(BehaviourSummary), THIRD)
    DynamoSummaries(summaries).put_many(PAIR, {USER: BehaviourSummary(**statistics)})
    DynamoWatches(watches, watches, shards=1000).put_many([_watch()])
    market = _market()
    DynamoMarkets(markets).save(market)
    DynamoBars(bars).merge(bars_of([market.quote] if market.quote else []))
    DynamoRecipients(recipients).put_many(
        [Recipient(USER, Language.ES, frozenset(Channel), "+525512345678", "a.person.like.any.other@example.com")]
    )
    outcomes = _Sheet(OUTCOMES)
    DynamoOutcomes(outcomes).put_many([_outcome()])
    for status in DeliveryStatus:
        settled = Delivery(suggestion_id_of(USER, PAIR, Side.SELL, 1), Channel.EMAIL, status, AT, USER + USER)
        DynamoDeliveries(deliveries).settle(settled)
    pacing = _Sheet(PACING)
    for episode in range(USUAL_WEEKLY_CAP):
        DynamoPacing(pacing).take(USER, suggestion_id_of(USER, PAIR, Side.SELL, episode), AT, USUAL_WEEKLY_CAP)
    return Sizes(
        portfolio=portfolios.largest,
        summary=summaries.largest,
        watch=watches.largest,
        market=markets.largest,
        suggestion=item_bytes(suggestion_item(_suggestion()).serialize()),
        recipient=recipients.largest,
        delivery=deliveries.largest,
        pacing=pacing.largest,
        bar=bars.largest,
        outcome=outcomes.largest,
        decision=len(decision_to_json(_decision(judged=False))) + 1,
        judgement=len(decision_to_json(_decision(judged=True))) - len(decision_to_json(_decision(judged=False))),
    )


def _watch() -> Watch:
    edges = Band(-THIRD, THIRD)
    return Watch(USER, PAIR, edges, Decision.SELL, Visit(Side.SELL, edges, AT), 12, 3456, AT, AT, MODEL)


def _market() -> MarketRecord:
    """The record after quotes every hour for longer than anything is remembered."""
    gate, market = GateState(), None
    for number in range(24 * (WINDOW_DAYS + 5)):
        middle = Decimal(17) + Decimal(number % 97) / 1000
        at = datetime(2024, 7, 9, tzinfo=UTC) + timedelta(hours=number)
        quote = Quote(PAIR, middle - Decimal("0.001"), middle, at, 1_000_000 + number, "a-source-of-prices")
        gate, _ = admit(gate, quote, age=timedelta(0), limits=GateLimits())
        market = fold(market, quote)
    return MarketRecord(PAIR, gate, market, quote, position="4" * 56 + ":00000000", version=12_345_678)


def _suggestion() -> Suggestion:
    return Suggestion(
        suggestion_id=suggestion_id_of(USER, PAIR, Side.SELL, 12),
        user_id=USER,
        pair=PAIR,
        side=Side.SELL,
        amount=Decimal("12345.67"),
        price=Decimal("17.3512"),
        quote_time=AT,
        quote_sequence=12_345_678,
        reasons=(Reason(ReasonCode.ABOVE_LAST_BUY, 12.3), Reason(ReasonCode.MONTH_HIGH, 98.7)),
        propensity=THIRD,
        model_version=MODEL,
        episode=12,
        created_at=AT,
        expires_at=AT,
        language=Language.ES,
        channels=tuple(Channel),
        intended=Channel.EMAIL,
    )


def _outcome() -> Outcome:
    suggestion, price = _suggestion(), Decimal("17.35124")
    return Outcome(
        suggestion_id=suggestion.suggestion_id,
        user_id=USER,
        pair=PAIR,
        side=suggestion.side,
        amount=suggestion.amount,
        price=suggestion.price,
        begun_at=AT,
        arm=Arm.TREATED,
        channel=Channel.EMAIL,
        reason=ReasonCode.ABOVE_LAST_BUY,
        known_until=AT,
        shown_at=AT,
        opened_at=AT,
        response=SuggestionResponse.NOT_USEFUL,
        responded_at=AT,
        traded_at=AT,
        traded_quantity=suggestion.amount,
        prices=dict.fromkeys(Horizon, LaterPrice(price, price, price, suggestion.amount)),
    )


def _decision(*, judged: bool) -> DecisionRecord:
    """A decision of which every number takes all its digits."""
    edges, rule = Band(-THIRD, THIRD), RuleOutcome(max((rule.name for rule in RULES), key=len), None)
    recipient = LoggedRecipient(tuple(Channel), tuple(Channel), None, 14, "America/Mexico_City", None)
    facts = LoggedFacts(
        timedelta(seconds=1.25), Decimal("12345.67"), True, recipient, True, THIRD, AT, 14, None, Arm.TREATED
    )
    suggestion_id = suggestion_id_of(USER, PAIR, Side.SELL, 12)
    return DecisionRecord(
        decision_id=decision_id_of(USER, PAIR, 3456),
        cause=Cause.BROKEN,
        user_id=USER,
        generation=3456,
        episode=12,
        at=AT,
        quote=Quote(PAIR, Decimal("17.3512"), Decimal("17.3532"), AT, 12_345_678, "a-source-of-prices"),
        market=MarketView(**dict.fromkeys(field_names(MarketView), THIRD)),
        summary=BehaviourSummary(**dict.fromkeys(field_names(BehaviourSummary), THIRD)),
        question=(THIRD,) * len(QUESTION_NAMES),
        features=(THIRD,) * len(FEATURE_NAMES),
        answer=ModelAnswer((THIRD, THIRD, THIRD), Decision.SELL, edges, edges, edges),
        model_version=MODEL,
        judgement=Judgement(facts, PolicyRules(), (rule,) * len(RULES), suggestion_id, None, None) if judged else None,
    )
