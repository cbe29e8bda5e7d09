"""`divisa cost`: a month on AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidFile
from local.cost import counts, items, parameters
from tests.unit.local.cost.worked_example import COUNTS, PARAMETERS, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

LOAD = ("cost", "--users", "1000", "--ticks-per-second", "2", "--pairs", "2")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks have run, and the stage is a small one."""
    monkeypatch.setattr(counts, "read_counts", lambda: COUNTS)
    monkeypatch.setattr(parameters, "read_parameters", lambda: PARAMETERS)
    monkeypatch.setattr(items, "sizes", lambda: SIZES)


@pytest.mark.usefixtures("measured")
def test_people_read_every_line_the_sum_the_ratio_and_what_is_assumed(divisa: Divisa) -> None:
    answer = divisa(*LOAD)

    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "SageMaker endpoint, ml.c5.large 1,460 148.92 2,920 297.84 0.102 / 1 instance-hour" in lines
    # 2 × 1,877,143 decisions, 3 units each.
    assert (
        "DynamoDB writes: market records 11,262,857 7.04 11,262,857 7.04 0.625 / 1,000,000 write request unit" in lines
    )
    assert "SNS SMS (by country and carrier) 188 ? 188 ? none" in lines
    assert any(line.startswith("Sum ") for line in lines)
    assert any(line.startswith("Brute force costs ") for line in lines)
    assert lines.index("Assumed") < lines.index("Left out")
    assert "- users' own transactions, what they answer, the API, the lake and training" in lines


@pytest.mark.usefixtures("measured")
def test_programs_read_one_document_with_the_sources_of_its_prices(divisa: Divisa) -> None:
    found = json.loads(divisa(*LOAD, "--json").out)

    assert (found["users"], found["pairs"], found["ticks_per_second"], found["currency"]) == (1000, 2, 2.0, "USD")
    priced = [line for line in found["lines"] if line["price"] is not None]
    cents = [sum(round(100 * float(line[way]["usd"])) for line in priced) for way in ("bands", "brute_force")]
    assert cents == [round(100 * float(found["total"][way])) for way in ("bands_usd", "brute_force_usd")]
    assert found["total"]["ratio"] == round(cents[1] / cents[0], 1)
    assert found["total"]["ratio_where_they_differ"] > found["total"]["ratio"]
    assert {line["price"] for line in priced} == set(found["prices"])
    assert all(price["source"] and price["as_of"] for price in found["prices"].values())
    assert found["assumptions"]
    assert found["left_out"]
    [sms] = [line for line in found["lines"] if line["price"] is None]
    assert sms["bands"]["usd"] is None


def test_what_was_never_measured_is_one_line_with_the_command_that_does(
    divisa: Divisa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise InvalidFile("there is no ticks.json; `make bench-ticks` makes it")

    monkeypatch.setattr(counts, "read_counts", absent)

    answer = divisa(*LOAD)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "there is no ticks.json; `make bench-ticks` makes it\n"


@pytest.mark.parametrize(
    "wrong", [("--users", "0"), ("--ticks-per-second", "0"), ("--pairs", "0"), ("--users", "many")]
)
def test_a_load_that_is_none_is_refused(divisa: Divisa, wrong: tuple[str, str]) -> None:
    answer = divisa(*LOAD, *wrong)

    assert answer.code == 2
    assert "Invalid value" in answer.err
    assert "Traceback" not in answer.err
