"""The suite: rounds of prices under faults until there were enough of both, then peace, and the books."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

import boto3

from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.aws.tables import Tables
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side
from local import cloud as laptop
from local import inbox
from local.faults.books import Books, End, keep_books
from local.faults.events import Events
from local.faults.plan import SEEN_OFTEN, Fault, Plan
from local.faults.proxy import FaultProxy
from local.faults.world import BACK, DOWN, UP, World, moments
from local.home import HOME
from local.rule_model import make_rule_model
from local.stores import open_stores

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence
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
SENDING: Final = frozenset({"UpdateItem", "SendEmail", "Publish"})
"""What a sender asks for as it begins to send, and to send: who fails here may leave a message that was never sent."""
SETTLING: Final = frozenset({"GetParameter", "PutItem"})
"""What it asks for to write down that it has sent: who fails here may leave one of which nobody knows that it was."""
_SENDERS_PACE: Final = 2.0
_READERS_PACE: Final = 0.125
"""Refresh and release run all the time, mostly to find nothing: else nearly all faults would be theirs."""
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
    """What it came to.

    Attributes:
        hits: faults by the await and the kind.
        missed: awaits that were never hit.
        not_killed: awaits that were seen often, with the kills that they have not met; there are to be none.
        seldom: awaits that lack a kill, too, and were seen too few times to be sure of meeting it.
        in_doubt: faults of senders after which nobody may know whether a message went out.
        unsent: those of them after which it may not have gone out.
        failed: batches of streams that were given up on.
    """

    books: Books
    by_fault: Counter[Fault]
    hits: Counter[tuple[Call, Fault]]
    missed: list[Call]
    not_killed: Mapping[Call, Sequence[Fault]]
    seldom: list[Call]
    in_doubt: int
    unsent: int
    rounds: int
    failed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def problems(self, size: Size) -> list[str]:
        """Why it does not hold: too little of something, something lost, somebody told twice; empty when it does."""
        books, unseen = self.books, self.books.ends[End.UNSEEN]
        silent = [channel.value for channel in Channel if not books.delivered[channel.value]]
        found = {
            "too few faults": self.by_fault.total() < size.faults,
            "too few suggestions": books.suggestions < size.suggestions,
            f"{len(books.lost)} lost": bool(books.lost),
            f"{books.duplicates} second messages": bool(books.duplicates),
            f"{books.unexpected} suggestions more than prices gave reason for": bool(books.unexpected),
            f"nothing was delivered by {', '.join(silent)}": bool(silent),
            f"{len(self.not_killed)} awaits were not killed both before and after": bool(self.not_killed),
            f"{books.uncertain} are uncertain, after {self.in_doubt} faults": books.uncertain > self.in_doubt,
            f"{unseen} are uncertain and not there, after {self.unsent} faults": unseen > self.unsent,
        }
        return [problem for problem, is_one in found.items() if is_one]

    def holds(self, size: Size) -> bool:
        """Whether there was enough of everything, nothing was lost and nobody was told twice."""
        return not self.problems(size)


def result_of(plan: Plan, books: Books, senders: Sequence[str], rounds: int, failed: dict[str, int]) -> Result:
    """What the plan counted, beside the books.

    Args:
        plan: which was stopped.
        books: at the end.
        senders: names of the functions that send.
        rounds: how many there were.
        failed: batches that were given up on, by stream.
    """
    often = plan.not_killed(SEEN_OFTEN)
    of_senders = [(call, times) for (call, _), times in plan.hits.items() if call.function in senders]
    return Result(
        books=books,
        by_fault=plan.by_fault,
        hits=plan.hits,
        missed=plan.missed(),
        not_killed=often,
        seldom=[call for call in plan.not_killed() if call not in often],
        in_doubt=sum(times for call, times in of_senders if call.operation in SENDING | SETTLING),
        unsent=sum(times for call, times in of_senders if call.operation in SENDING),
        rounds=rounds,
        failed=failed,
    )


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
    deployment = running.deployment
    devices = DynamoDevices(Tables(deployment.table_prefix).devices)
    world = World(stores, devices, ssm, deployment.clock_parameter_name)

    def settled(seconds: float) -> Books:
        return _settled(running, world, events, proxy, seconds)

    try:
        world.settle_in(size.users)
        _interpose(running, events, proxy)
        rounds = 0
        for rounds, moment in enumerate(moments(), 1):
            world.move_clock(moment)
            plan.record(Fault.CLOCK)
            goes_on = _round(world, events, UP if rounds == 1 else (*BACK, *UP))
            books = settled(_ROUND_SECONDS)
            say(f"round {rounds}: {plan.total} faults, {books.suggestions} suggestions, {len(books.lost)} on their way")
            enough = plan.total >= size.faults and books.suggestions >= size.suggestions
            if enough or rounds == MOST_ROUNDS or not goes_on:
                break
        plan.stop()
        say("no more faults; waiting for the last messages")
        books = settled(_PEACE_SECONDS)
        failed = _failed(running)
    finally:
        ssm.close()
        events.close()
    return result_of(plan, books, _senders(running), rounds, failed)


def _senders(running: LaptopCloud) -> Sequence[str]:
    deployment = running.deployment
    return deployment.push_function_name, deployment.email_function_name, deployment.sms_function_name


def _interpose(running: LaptopCloud, events: Events, proxy: FaultProxy) -> None:
    """Have every function of the path talk to the proxy, and put much of the work off to the backlog."""
    deployment, addresses = running.deployment, running.addresses
    events.make_impatient()
    for function in _senders(running):
        proxy.plan.pace(function, _SENDERS_PACE)
    for function in (deployment.refresh_function_name, deployment.release_function_name):
        proxy.plan.pace(function, _READERS_PACE)
    path = (*deployment.deciding_function_names, deployment.release_function_name, deployment.outbox_function_name)
    for function in (*path, *_senders(running)):
        variables = {"AWS_ENDPOINT_URL": proxy.address(function, addresses.endpoint_url)}
        if addresses.sagemaker_url is not None:
            variables["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] = proxy.address(function, addresses.sagemaker_url)
        events.configure(function, **variables)
    events.configure(deployment.quotes_function_name, DECIDED_AT_ONCE="40")


def _round(world: World, events: Events, rise: Sequence[Decimal]) -> bool:
    """Prices go up and down, while queues and streams misbehave; False when somebody was not told of one of them."""
    bookmark = events.bookmark()
    world.price(rise[0])
    time.sleep(_RELEASE_SECONDS)
    with events.filled():
        for ratio in rise[1:]:
            world.price(ratio)
        events.republish(world.quotes)
    goes_on = world.cross(Side.SELL)
    if goes_on:
        for ratio in DOWN:
            world.price(ratio)
    events.redeliver(bookmark)
    events.disorder()
    events.repeat()
    events.redrive()
    return goes_on and world.cross(Side.BUY)


def _settled(running: LaptopCloud, world: World, events: Events, proxy: FaultProxy, seconds: float) -> Books:
    """The books once every suggestion has its end and every queue is empty, or time is up."""
    deadline = time.monotonic() + seconds
    while True:
        waiting = events.waiting()
        stores = world.stores
        books = keep_books(
            stores.suggestions.all(),
            stores.deliveries.all(),
            [*inbox.read(running.addresses), *proxy.notifications],
            world.now(),
            world.due(),
        )
        if (not books.lost and not waiting) or time.monotonic() > deadline:
            return books
        time.sleep(_LOOK_SECONDS)
        events.redrive()
        world.requote()  # so that what quiet hours held has a live price to be let out at


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
