"""The main job from end to end on this machine: train, start, seed, replay, hold the books, stop."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from divisa.adapters.aws import clients
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.recipient import Channel
from local import accounts, backlog, customer, dead_letters, inbox, telemetry, upcoming
from local import cloud as laptop
from local.home import HOME, MODEL, SIMULATION
from local.outcome import Outcome, reconcile, waiting_ms
from local.replaying import replay
from local.seeding import seed
from local.simulated import training_files
from local.stores import open_stores
from model.pipeline import train_model
from simulator.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from divisa.domain.quote import Quote
    from local.cloud import LaptopCloud
    from local.customer import Visit
    from local.inbox import InboxMessage
    from local.stores import Stores

HERE: Final = HOME / "demo"
"""The demo's own laptop cloud, so that one that was left running is not disturbed."""
REPORT: Final = HOME / "demo.json"
LOOK_SECONDS: Final = 1.0
"""How often the inboxes are looked at while prices run."""
SETTLE_SECONDS: Final = 60.0
"""How long the last messages may take."""


class View(Protocol):
    """Whoever watches the demo."""

    def stage(self, text: str) -> None:
        """A new step begins."""

    def trained(self, metrics: dict[str, Any]) -> None:
        """The model is there."""

    def priced(self, quotes: Sequence[Quote]) -> None:
        """Quotes were published."""

    def received(self, messages: Sequence[InboxMessage]) -> None:
        """Messages arrived that were not there before."""

    def traded(self, visit: Visit) -> None:
        """Somebody bought over the API while prices ran."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the demo is.

    Attributes:
        users: how many of the simulated users live in the laptop cloud.
        days: days of prices after the end of training.
        speed: replayed seconds in a second.
    """

    users: int = 500
    days: int = 10
    speed: float = 14_400.0


def run(view: View, plan: Plan) -> dict[str, Any]:
    """Run the demo and write its report to `.local/demo.json`; returns the report.

    Whatever happens, and on Ctrl-C too, the demo's laptop cloud is stopped again.

    Raises:
        DivisaError: a step failed; says which part and why.
    """
    started = time.monotonic()
    view.stage("Simulating users over the European Central Bank's prices (the users are made up)")
    files = simulate(SIMULATION)
    trained = train_model(training_files(files), MODEL.parent, on_stage=view.stage)
    view.trained(trained.metrics)
    with _laptop_cloud(trained.artefact, view) as running:
        stores = open_stores(running)
        seeded = seed(
            stores,
            files.prices,
            files.transactions,
            files.users,
            limit=plan.users,
            scorer=SageMakerScorer(clients.sagemaker_runtime(), running.deployment.endpoint_name),
            sign_ins=lambda people: accounts.open_sign_ins(running, people, home=HERE),
            on_stage=view.stage,
        )
        quotes = upcoming.simulated(SIMULATION, seeded.as_of, plan.days)
        view.stage(f"Replaying {len(quotes)} quotes of {plan.days} days that the model has not seen")
        with (
            inbox.watched(running.addresses, view.received, every=LOOK_SECONDS),
            customer.meanwhile(running, stores, HERE) as visit,
        ):
            replayed = replay(
                quotes,
                stores.stream,
                clients.ssm(),
                running.deployment.clock_parameter_name,
                speed=plan.speed,
                on_quotes=view.priced,
            )
            view.traded(visit.result())
            view.stage("Waiting for the last messages")
            outcome = _settle(running, stores, quotes)
        report = {
            "quotes": replayed.quotes,
            "evaluations": _evaluations(running, stores, quotes),
            "suggestions": outcome.suggestions,
            "delivered": {channel.value: outcome.delivered[channel.value] for channel in Channel},
            "suppressed": dict(sorted(outcome.suppressed.items())),
            "unsent": dict(sorted(outcome.unsent.items())),
            "quarantined": sum(1 for _ in stores.quarantine.all()),
            "lost": len(outcome.open),
            "quote_to_inbox_ms": waiting_ms(stores.suggestions.all(), stores.deliveries.all(), replayed.time.speed),
            "model": {
                name: trained.metrics[name] for name in ("log_loss", "base_rate_log_loss", "oracle_log_loss", "ece")
            },
            "trade": visit.result().report(),
            "users": seeded.users,
            "users_are_simulated": True,
        }
    report["seconds"] = round(time.monotonic() - started, 1)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


@contextmanager
def _laptop_cloud(artefact: Path, view: View) -> Iterator[LaptopCloud]:
    """A new, empty laptop cloud that is stopped at the end."""
    laptop.down(wipe=True, say=lambda line: None, home=HERE)
    try:
        yield laptop.up(model=artefact, say=view.stage, home=HERE)
    finally:
        view.stage("Stopping")
        laptop.down(say=lambda line: None, home=HERE)


def _evaluations(running: LaptopCloud, stores: Stores, quotes: Sequence[Quote]) -> dict[str, int]:
    """How often the model was asked about a user: because a price broke the watch, and because it had grown old.

    `everyone` is what it would have been had every quote asked about every user of its pair.
    """
    quotes_function, backlog_function, refresh_function = running.deployment.deciding_function_names
    asked = {
        name: telemetry.totals(running.addresses, name)["UsersEvaluated"]
        for name in running.deployment.deciding_function_names
    }
    users = {pair: sum(map(len, stores.watches.of_pair(pair))) for pair in stores.pairs}
    return {
        "broken": asked[quotes_function] + asked[backlog_function],
        "refreshed": asked[refresh_function],
        "everyone": sum(users[quote.pair] for quote in quotes),
    }


def _settle(running: LaptopCloud, stores: Stores, quotes: Sequence[Quote]) -> Outcome:
    """The books once every pair's last quote is applied and every message has ended, or time is up."""
    deadline = time.monotonic() + SETTLE_SECONDS
    newest = {quote.pair: quote for quote in quotes}
    while True:
        applied = all(
            stores.markets.load(pair).gate.last_sequence.get(last.source, -1) >= last.sequence
            for pair, last in newest.items()
        )
        outcome = reconcile(
            stores.suggestions.all(),
            stores.deliveries.all(),
            {message.message_id for message in inbox.read(running.addresses)},
            dead_letters.read(running),
        )
        if (applied and not outcome.open and not backlog.waiting(running)) or time.monotonic() > deadline:
            return outcome
        time.sleep(LOOK_SECONDS / 2)
