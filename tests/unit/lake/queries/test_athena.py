"""Athena, where there is none: the end-to-end proof is an integration test."""

from __future__ import annotations

import pytest

from divisa.domain.errors import InvalidInput, StoreUnavailable
from lake.queries.athena import Athena
from local.addresses import Addresses
from local.processes import free_port
from tests.unit.lake.queries.on_duckdb import DATABASES


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Athena:
    """Asks an address where nobody answers."""
    for name, value in Addresses(f"http://127.0.0.1:{free_port()}").environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return Athena(DATABASES, work_group="primary")


def test_an_athena_that_does_not_answer_may_be_asked_again(nobody: Athena) -> None:
    with pytest.raises(StoreUnavailable, match="Athena did not answer: EndpointConnectionError"):
        nobody.run("lift_by_channel", {})


def test_what_is_wrong_is_said_before_anybody_is_asked(nobody: Athena) -> None:
    with pytest.raises(InvalidInput, match="`year` is missing"):
        nobody.run("hires_above_mean", {})
