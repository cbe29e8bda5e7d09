"""The demo's own work, with a cloud in memory: what is on AWS there is a memory adapter here."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.memory.backlog import MemoryBacklog
from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.decision_log import MemoryDecisionLog
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.episodes import VisitRules
from divisa.domain.errors import StreamUnavailable
from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.domain.recipient import Channel
from divisa.domain.sms_budget import Rate
from divisa.services.apply_quotes import ApplyQuotes
from divisa.services.assign_arm import KEY, AssignArm
from divisa.services.decide import Decide
from divisa.services.deliver import Deliver, by_email, by_sms
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.publish_suggestions import PublishSuggestions
from divisa.services.refresh_watches import RefreshWatches
from divisa.services.suggest import Suggest
from local import accounts, backlog, cloud, customer, dead_letters, demo, inbox, telemetry
from local.inbox import InboxMessage
from local.replaying import replay
from simulator.simulate import SimulatedFiles, Simulation, simulate
from tests.builders import APP_URL, LINKS, WEDNESDAY
from tests.unit.local.memory_stores import memory_stores
from tests.unit.local.visits import a_visit
from tests.unit.services.world import an_arrival, by_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from local.customer import Visit
    from local.stores import Stores

pytestmark = pytest.mark.slow

METRICS = {"log_loss": 0.2, "base_rate_log_loss": 0.3, "oracle_log_loss": 0.1, "ece": 0.01, "classes": {}}
TARIFF = {"MX": Rate(Decimal("0.04"), Decimal(100))}
PLAN = demo.Plan(users=30, days=3, speed=14_400.0)


@dataclass
class Watcher:
    """A view that remembers."""

    stages: list[str] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    quotes: Counter[Pair] = field(default_factory=Counter)
    messages: list[InboxMessage] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def stage(self, text: str) -> None:
        self.stages.append(text)

    def trained(self, metrics: dict[str, Any]) -> None:
        self.metrics = metrics

    def priced(self, quotes: Sequence[Quote]) -> None:
        self.quotes.update(quote.pair for quote in quotes)

    def received(self, messages: Sequence[InboxMessage]) -> None:
        self.messages.extend(messages)

    def traded(self, visit: Visit) -> None:
        self.visits.append(visit)


class MemoryCloud:
    """Everything between the stream and the inboxes, in one process: what is published is applied at once.

    Attributes:
        loses: message ids that no inbox ever shows.
        fails: whether the stream refuses quotes.
    """

    def __init__(self) -> None:
        self.stores = memory_stores()
        self.evaluated: Counter[str] = Counter()
        self.loses: set[str] = set()
        self.fails = False
        self.log: list[str] = []
        self._clock = ManualClock(WEDNESDAY, speed=PLAN.speed)
        self._sms, self._email, self._topic = MemorySmsGateway(), MemoryEmailGateway(), MemorySuggestionTopic()
        self._pacing = MemoryPacing()
        self._seen: set[str] = set()
        decide = Decide(
            EvaluateUsers(self.stores.summaries, MemoryScorer(by_cost)),
            Suggest(
                self.stores.watches,
                GatherFacts(
                    self.stores.portfolios,
                    self.stores.recipients,
                    self.stores.suggestions,
                    AssignArm(MemorySecrets({KEY: bytes(32)})),
                    self._clock,
                ),
                MemoryPolicySource(PolicyRules(cooldown=timedelta(hours=1), min_gain=None)),
                self._clock,
                VisitRules(),
                self.stores.watch_age,
                LogDecisions(MemoryDecisionLog()),
            ),
            self._clock,
            GateLimits().max_age,
        )
        self._apply = ApplyQuotes(
            pairs=self.stores.pairs,
            markets=self.stores.markets,
            candidates=self.stores.watches.broken,
            quarantine=self.stores.quarantine,
            decide=decide,
            backlog=MemoryBacklog(),
            bars=MemoryBars(),
            clock=self._clock,
            limits=GateLimits(),
            shards=self.stores.watches.shards,
        )
        self._refresh = RefreshWatches(self.stores.markets, self.stores.watches, decide)
        sends = {
            Channel.SMS: by_sms(self._sms, MemorySmsBudget(TARIFF), TARIFF, self._clock, APP_URL),
            Channel.EMAIL: by_email(self._email, lambda suggestion: LINKS),
        }
        self._deliver = {
            channel: Deliver(
                channel,
                self.stores.deliveries,
                self.stores.recipients,
                self._pacing,
                self._clock,
                send,
                self._topic,
            )
            for channel, send in sends.items()
        }

    def publish(self, quotes: Iterable[Quote]) -> int:
        if self.fails:
            raise StreamUnavailable("the stream refused 1 record after every retry")
        batch = list(quotes)
        self._clock.set(batch[-1].event_time + timedelta(hours=1))  # a quarter of a second of the demo's time
        self.evaluated["quotes"] += self._apply([an_arrival(quote) for quote in batch]).outcome.evaluated
        self.evaluated["refresh"] += sum(self._refresh(pair, 10).evaluated for pair in self.stores.pairs)
        fresh = [each for each in self.stores.suggestions.all() if each.suggestion_id not in self._seen]
        self._seen.update(each.suggestion_id for each in fresh)
        PublishSuggestions(self._topic)(fresh)
        for announcement in self._topic.published:
            self._deliver[announcement.channel](announcement)
        self._topic.published.clear()
        return len(batch)

    def inbox(self, _: object) -> list[InboxMessage]:
        texts = [InboxMessage(Channel.SMS, each.message_id, each.phone, each.text) for each in self._sms.sent]
        mails = [
            InboxMessage(Channel.EMAIL, each.message_id, each.address, each.email.text, each.email.subject)
            for each in self._email.sent
        ]
        return [message for message in texts + mails if message.message_id not in self.loses]

    def up(self, *, model: Path, say: Any, home: Path) -> Any:
        self.log.append(f"up with {model.name} in {home.name}")
        deployment = SimpleNamespace(
            clock_parameter_name="/divisa/local/clock",
            deciding_function_names=("quotes", "backlog", "refresh"),
            endpoint_name="decisions",
        )
        return SimpleNamespace(addresses=None, deployment=deployment)

    def down(self, *, wipe: bool = False, say: Any, home: Path) -> None:
        self.log.append(f"down{' and wipe' if wipe else ''} in {home.name}")

    def open_stores(self, _: object) -> Stores:
        return replace(self.stores, stream=self)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    plan = Simulation(users=60, start=date(2022, 12, 1), end=date(2023, 3, 1), seed=11)
    return simulate(tmp_path_factory.mktemp("simulation"), plan)


@pytest.fixture
def world(files: SimulatedFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryCloud:
    """The demo with a small simulation, no training and a cloud in memory."""
    made = MemoryCloud()
    trained = SimpleNamespace(artefact=tmp_path / "model.tar.gz", metrics=METRICS)
    ssm = SimpleNamespace(put_parameter=lambda **arguments: None)
    for module, name, value in (
        (demo, "SIMULATION", files.prices.parent),
        (demo, "REPORT", tmp_path / "demo.json"),
        (demo, "SETTLE_SECONDS", 0.0),
        (demo, "simulate", lambda folder: files),
        (demo, "train_model", lambda *arguments, **options: trained),
        (demo, "open_stores", made.open_stores),
        (demo, "replay", partial(replay, sleep=lambda seconds: None)),
        (demo, "SageMakerScorer", lambda client, endpoint: MemoryScorer(by_cost)),
        (clients, "ssm", lambda: ssm),
        (clients, "sagemaker_runtime", lambda: None),
        (cloud, "up", made.up),
        (cloud, "down", made.down),
        (accounts, "open_sign_ins", lambda running, people, home: {person: person for person in people}),
        (inbox, "read", made.inbox),
        (dead_letters, "read", lambda running: set()),
        (telemetry, "totals", lambda addresses, function: Counter(UsersEvaluated=made.evaluated[function])),
        (backlog, "waiting", lambda running: 0),
        (customer, "visit", lambda running, stores, home: a_visit()),
    ):
        monkeypatch.setattr(module, name, value)
    return made


def test_the_report_accounts_for_every_quote_and_every_message(world: MemoryCloud, tmp_path: Path) -> None:
    view = Watcher()
    report = demo.run(view, PLAN)

    recorded = list(world.stores.suggestions.all())
    let_out = [each for each in recorded if each.suppressed is None]
    assert report["quotes"] == view.quotes.total() > 100
    asked = report["evaluations"]
    assert (asked["broken"], asked["refreshed"]) == (world.evaluated["quotes"], world.evaluated["refresh"])
    assert asked["broken"] >= report["suggestions"] == len(let_out) > 0
    assert asked["refreshed"] > 0
    users = {pair: sum(map(len, world.stores.watches.of_pair(pair))) for pair in world.stores.pairs}
    assert asked["everyone"] == sum(users[pair] * number for pair, number in view.quotes.items())
    assert asked["everyone"] > 5 * (asked["broken"] + asked["refreshed"])
    assert sum(report["suppressed"].values()) == len(recorded) - len(let_out)
    assert Counter(report["delivered"]) == Counter(message.channel.value for message in view.messages)
    delivered = sum(report["delivered"].values())
    assert 0 < delivered <= len(let_out) <= delivered + sum(report["unsent"].values())
    assert (report["lost"], report["quarantined"], report["users"]) == (0, 0, 30)
    assert report["quote_to_inbox_ms"] == {"p50": 250.0, "p99": 250.0}
    assert report["model"] == {name: METRICS[name] for name in METRICS if name != "classes"}
    assert view.visits == [a_visit()]
    assert report["trade"] == a_visit().report()
    assert report["users_are_simulated"] is True
    assert json.loads((tmp_path / "demo.json").read_text(encoding="utf-8")) == report


def test_a_message_that_reached_no_inbox_is_lost_and_is_reported(world: MemoryCloud) -> None:
    world.loses = {"email-1"}
    assert demo.run(Watcher(), PLAN)["lost"] == 1


def test_the_demo_has_a_cloud_of_its_own_that_begins_empty_and_is_stopped(world: MemoryCloud) -> None:
    demo.run(Watcher(), PLAN)
    assert world.log == ["down and wipe in demo", "up with model.tar.gz in demo", "down in demo"]


def test_the_cloud_is_stopped_whatever_happens(world: MemoryCloud, tmp_path: Path) -> None:
    world.fails = True
    view = Watcher()

    with pytest.raises(StreamUnavailable):
        demo.run(view, PLAN)

    assert world.log[-1] == "down in demo"
    assert view.stages[-1] == "Stopping"
    assert not (tmp_path / "demo.json").exists()
