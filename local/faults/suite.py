"""The suite: rounds of prices under faults until there were enough of both, then peace, and the books."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

import boto3

from local import cloud as laptop
from local import inbox
from local.faults.books import Books, End, keep_books
from local.faults.events import Events
from local.faults.plan import Fault, Plan
from local.faults.proxy import FaultProxy
from local.faults.world import BACK, DOWN, UP, World, moments
from local.home import HOME
from local.rule_model import make_rule_model
from local.stores import open_stores

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from local.cloud import LaptopCloud
    from local.faults.calls import Call

HERE: Final = HOME / "faults"
"""A laptop cloud of its own: what this leaves behind is of no use to anybody."""
MOST_ROUNDS: Final = 60
_ROUND_SECONDS: Final = 20.0
"""How long a round's messages may take before the next round begins beside them."""
_PEACE_SECONDS: Final = 240.0
"""How long the last ones may take: a claim whose holder died is believed for a minute."""
_LOOK_SECONDS: Final = 2.0
_RELEASE_SECONDS: Final = 3.0
"""How long the price of the last evening stands in the morning, so that what was held is let out at it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is to be done.

    Attributes:
        faults: at least so many.
        suggestions: at least so many, suppressed and held ones included.
        users: who live in the cloud; each gets up to two suggestions a round.
        every: of so many requests one meets a fault.
        seed: of all chance.
    """

    faults: int = 500
    suggestions: int = 2000
    users: int = 240
    every: float = 25.0
    seed: int = 1


@dataclass(slots=True)
class Result:
    """What it came to."""

    books: Books
    by_fault: Counter[Fault]
    by_call: Counter[Call]
    missed: list[Call]
    rounds: int
    failed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def holds(self, size: Size) -> bool:
        """Whether there was enough of everything, nothing was lost and nobody was told twice."""
        books = self.books
        enough = self.by_fault.total() >= size.faults and books.suggestions >= size.suggestions
        return enough and not books.lost and not books.duplicates and books.ends[End.DELIVERED] > 0


def run(size: Size, say: Callable[[str], None]) -> Result:
    """Run the suite on a cloud of its own, which is stopped again whatever happens.

    Raises:
        DivisaError: a part of the laptop's cloud failed by itself; says which part and why.
    """
    started = time.monotonic()
    laptop.down(wipe=True, say=_quietly, home=HERE)
    plan = Plan(size.seed, size.every)
    proxy = FaultProxy(plan)
    try:
        model = HERE / "rule-model"
        model.mkdir(parents=True, exist_ok=True)
        running = laptop.up(model=make_rule_model(model), say=say, home=HERE)
        result = _under_faults(running, size, plan, proxy, say)
    finally:
        laptop.down(say=_quietly, home=HERE)
        proxy.close()
    result.seconds = time.monotonic() - started
    return result


def _under_faults(
    running: LaptopCloud, size: Size, plan: Plan, proxy: FaultProxy, say: Callable[[str], None]
) -> Result:
    stores = open_stores(running)
    chance = Random(size.seed)  # noqa: S311 - no secret
    events = Events(running, stores, HERE, plan, chance)
    ssm = boto3.client("ssm", **running.addresses.client_settings("ssm"))
    world = World(stores, ssm, running.deployment.clock_parameter_name)
    try:
        world.settle_in(size.users)
        _interpose(running, events, proxy)
        rounds = 0
        for rounds, moment in enumerate(moments(), 1):
            world.move_clock(moment)
            plan.record(Fault.CLOCK)
            _round(world, events, UP if rounds == 1 else (*BACK, *UP))
            books = _settled(running, world, events, seconds=_ROUND_SECONDS)
            say(f"round {rounds}: {plan.total} faults, {books.suggestions} suggestions, {len(books.lost)} on their way")
            enough = plan.total >= size.faults and books.suggestions >= size.suggestions
            if enough or rounds == MOST_ROUNDS:
                break
        plan.stop()
        say("no more faults; waiting for the last messages")
        books = _settled(running, world, events, seconds=_PEACE_SECONDS)
        failed = _failed(running)
    finally:
        ssm.close()
        events.close()
    return Result(books, plan.by_fault, plan.by_call, plan.missed(), rounds, failed)


def _interpose(running: LaptopCloud, events: Events, proxy: FaultProxy) -> None:
    """Have every function of the path talk to the proxy, and put much of the work off to the backlog."""
    deployment, addresses = running.deployment, running.addresses
    events.make_impatient()
    channels = (deployment.push_function_name, deployment.email_function_name, deployment.sms_function_name)
    path = (*deployment.deciding_function_names, deployment.release_function_name, deployment.outbox_function_name)
    for function in (*path, *channels):
        variables = {"AWS_ENDPOINT_URL": proxy.address(function, addresses.endpoint_url)}
        if addresses.sagemaker_url is not None:
            variables["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] = proxy.address(function, addresses.sagemaker_url)
        events.configure(function, **variables)
    events.configure(deployment.quotes_function_name, DECIDED_AT_ONCE="40")


def _round(world: World, events: Events, rise: Sequence[Decimal]) -> None:
    """Prices go up and down, while queues and streams misbehave."""
    bookmark = events.bookmark()
    world.price(rise[0])
    time.sleep(_RELEASE_SECONDS)
    with events.filled():
        for ratio in rise[1:]:
            world.price(ratio)
        events.republish(world.quotes)
    for ratio in DOWN:
        world.price(ratio)
    events.redeliver(bookmark)
    events.disorder()
    events.repeat()
    events.redrive()


def _settled(running: LaptopCloud, world: World, events: Events, seconds: float) -> Books:
    """The books once every suggestion has its end and every queue is empty, or time is up."""
    deadline = time.monotonic() + seconds
    while True:
        waiting = events.waiting()
        stores = world.stores
        books = keep_books(
            stores.suggestions.all(), stores.deliveries.all(), inbox.read(running.addresses), world.now()
        )
        if (not books.lost and not waiting) or time.monotonic() > deadline:
            return books
        time.sleep(_LOOK_SECONDS)
        events.redrive()
        world.price(DOWN[-1])  # so that what quiet hours held has a live price to be let out at


def _failed(running: LaptopCloud) -> dict[str, int]:
    """Batches of streams that their functions gave up on, by stream."""
    deployment = running.deployment
    sqs: Any = boto3.client("sqs", **running.addresses.client_settings("sqs"))
    name = "ApproximateNumberOfMessages"
    try:
        return {
            stream: int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
            for stream, url in (
                ("quotes", deployment.quotes_failed_queue_url),
                ("outbox", deployment.outbox_failed_queue_url),
            )
        }
    finally:
        sqs.close()


def _quietly(_: str) -> None:
    """Takes no notice of progress."""
