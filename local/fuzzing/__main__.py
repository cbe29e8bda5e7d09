"""`make fuzz`: a laptop cloud of its own, whoever may call its API, and what the fuzzer found."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3

from divisa.adapters.aws import clients
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.errors import DivisaError
from local import accounts
from local import cloud as laptop
from local.cli import output
from local.fuzzing.runs import Caller, Result, run
from local.home import HOME, MODEL, ROOT, SIMULATION
from local.live_prices import await_prices, live_prices
from local.seeding import seed
from local.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.cloud import LaptopCloud
    from local.stores import Stores

HERE: Final = HOME / "fuzz"
"""A laptop cloud of its own: what a fuzzer leaves behind is of no use to anybody."""
DOCUMENT: Final = ROOT / "docs" / "openapi.json"
USERS: Final = 20
LEAVING: Final = "delete_me"
"""The operation after which a caller can do nothing more."""


@dataclass(frozen=True, slots=True)
class Target:
    """A running API, with prices that run, and who may call it."""

    url: str
    tokens: tuple[str, ...]
    feeds_token: str
    secret: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as everybody, and print the counts.

    Returns:
        0 when nothing was found, 1 when something was, 2 when it could not be done.
    """
    parser = argparse.ArgumentParser(prog="make fuzz", description="Fuzz the API on a laptop cloud of its own.")
    parser.add_argument("--seconds", type=int, default=180, help="for people who are signed in; others get a share")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same cases")
    chosen = parser.parse_args(arguments)
    try:
        with output.progress() as say, _target(say) as target:
            results = []
            for caller, share in _callers(target):
                say(f"fuzzing as {caller.name}")
                seconds = max(10.0, chosen.seconds * share)
                results.append(
                    run(
                        caller,
                        document=DOCUMENT,
                        url=target.url,
                        folder=HERE / "reports",
                        seconds=seconds,
                        seed=chosen.seed,
                    )
                )
    except DivisaError as error:
        output.complain(str(error))
        return 2
    _show(results)
    return 1 if any(result.findings or result.server_errors for result in results) else 0


def _callers(target: Target) -> list[tuple[Caller, float]]:
    """Whoever calls, and the share of the time."""
    # One who stays, so that what they made is there when they ask for it, and one who goes.
    staying, leaving = target.tokens[:1], target.tokens[-1:]
    known = {"feeds_token": target.feeds_token, "secret": target.secret}
    return [
        (Caller("nobody"), 0.25),
        (Caller("signed-in", staying, spared=[LEAVING], **known), 1.0),
        (Caller("leaving", leaving, operations=[LEAVING], **known), 0.05),
    ]


@contextmanager
def _target(say: Any) -> Iterator[Target]:
    laptop.down(wipe=True, say=_quietly, home=HERE)
    try:
        running = laptop.up(model=MODEL, say=say, home=HERE)
        stores = open_stores(running)
        scorer = SageMakerScorer(clients.sagemaker_runtime(), running.deployment.endpoint_name)
        seeded = seed(
            stores,
            SIMULATION / "prices.csv",
            SIMULATION / "transactions.csv",
            SIMULATION / "users.csv",
            limit=USERS,
            scorer=scorer,
            sign_ins=lambda people: accounts.open_sign_ins(running, people, home=HERE),
            on_stage=say,
        )
        mids = {pair: quote.mid for pair in stores.pairs if (quote := stores.markets.load(pair).quote) is not None}
        parameter = running.deployment.clock_parameter_name
        with live_prices(stores.stream, clients.ssm(), parameter, mids, at=max(seeded.as_of.values())) as prices:
            await_prices(stores.markets, prices, frozenset(mids))
            yield _who(running, stores)
    finally:
        laptop.down(wipe=True, say=_quietly, home=HERE)


def _who(running: LaptopCloud, stores: Stores) -> Target:
    people = sorted(accounts.subjects(running, home=HERE))
    tokens = tuple(accounts.sign_in(running, person, home=HERE).token for person in people)
    client = boto3.client("secretsmanager", **running.addresses.client_settings("secretsmanager"))
    try:
        kept = client.get_secret_value(SecretId=running.deployment.providers_secret_name)["SecretString"]
    finally:
        client.close()
    return Target(accounts.api_url(running), tokens, accounts.feeds_token(running), str(json.loads(kept)["example"]))


def _show(results: Sequence[Result]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in (
        "caller",
        "operations",
        "cases",
        "answers",
        "2xx",
        "4xx",
        ">= 500",
        "undocumented",
        "other",
        "seconds",
    ):
        table.add_column(name, justify="left" if name == "caller" else "right")
    for each in results:
        counted = {
            hundreds: sum(times for (_, status), times in each.answers.items() if status // 100 == hundreds)
            for hundreds in (2, 4)
        }
        other = each.findings.total() - each.undocumented
        figures = each.operations, each.cases, each.requests, counted[2], counted[4]
        table.add_row(
            each.name,
            *(f"{figure:,}" for figure in (*figures, each.server_errors, each.undocumented, other)),
            f"{each.seconds:.0f}",
        )
    output.show(table)
    for each in results:
        for kind, times in sorted(each.findings.items()):
            output.say(f"{each.name}: {kind} {times} times, at {', '.join(each.where[kind])}")
    reports = HERE / "reports"
    answers, errors, undocumented = (
        sum(getattr(each, name) for each in results) for name in ("requests", "server_errors", "undocumented")
    )
    output.say(
        f"\n{answers:,} answers, {errors} of 500 and more, {undocumented} undocumented. Each finding, with a command "
        f"that repeats it, is in {reports.relative_to(ROOT) if reports.is_relative_to(ROOT) else reports}."
    )


def _quietly(_: str) -> None:
    """Takes no notice of progress."""


if __name__ == "__main__":
    sys.exit(main())
