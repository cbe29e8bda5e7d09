"""The command line inside this process: its arguments in, its two outputs and its exit code out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients, scorer
from divisa.adapters.memory.scorer import MemoryScorer
from local import accounts, cli, cloud
from local import stores as local_stores
from local.addresses import Addresses
from tests.unit.local.memory_stores import memory_stores
from tests.unit.services.world import by_cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.stores import Stores


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def divisa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs a command as the script does."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["divisa", *arguments])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as ending:
            code = ending.code or 0
        written = capsys.readouterr()
        return Answer(code, written.out, written.err)

    return run


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Stores:
    """The stores, in memory, of a laptop cloud that seems to run and to serve a model."""
    made = memory_stores()
    deployment = SimpleNamespace(clock_parameter_name="/divisa/local/clock", endpoint_name="decisions")
    running = SimpleNamespace(addresses=Addresses("http://127.0.0.1:9"), deployment=deployment)
    sign_ins: dict[str, str] = {}

    def open_sign_ins(_: object, people: Iterable[str]) -> dict[str, str]:
        sign_ins.update({person: person for person in people})
        return sign_ins

    monkeypatch.setattr(accounts, "open_sign_ins", open_sign_ins)
    monkeypatch.setattr(accounts, "subjects", lambda cloud: sign_ins)
    monkeypatch.setattr(cloud, "running", lambda: running)
    monkeypatch.setattr(cloud, "addresses", lambda: running.addresses)
    monkeypatch.setattr(local_stores, "open_stores", lambda cloud: made)
    monkeypatch.setattr(clients, "sagemaker_runtime", lambda: None)
    monkeypatch.setattr(scorer, "SageMakerScorer", lambda client, endpoint: MemoryScorer(by_cost))
    return made
