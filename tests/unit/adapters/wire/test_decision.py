"""A decision as a line: exact, canonical, and nothing in it that this code does not know."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.adapters.wire.decision_document import DecisionDocument, MarketDocument, SummaryDocument
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import field_names
from divisa.domain.decision import Cause, DecisionRecord, ModelAnswer, Reconsidered
from divisa.domain.errors import InvalidInput, OtherVersion
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.market import MarketView
from divisa.domain.policy import KNOB_NAMES
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from tests.builders import WEDNESDAY
from tests.unit.adapters.strategies import bands, moments, quotes, summaries
from tests.unit.domain.policy.facts import some_facts
from tests.unit.domain.test_decision import a_record, facts

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[4] / "docs" / "decision-log.md"
NUMBERS = st.floats() | st.sampled_from([0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2**53 + 2.0])
FLOAT32 = st.floats(width=32)
DROPPED = st.none() | st.sampled_from(Suppression)


@st.composite
def records(draw: st.DrawFn) -> DecisionRecord:
    """Records of any numbers at all."""
    judged = a_record(draw(facts()))
    markets = st.builds(MarketView, **dict.fromkeys(field_names(MarketView), NUMBERS))
    return replace(
        judged,
        at=draw(moments()),
        quote=draw(quotes()),
        market=draw(markets),
        summary=draw(summaries()),
        question=tuple(draw(st.lists(NUMBERS, min_size=len(QUESTION_NAMES), max_size=len(QUESTION_NAMES)))),
        features=tuple(draw(st.lists(FLOAT32, min_size=len(FEATURE_NAMES), max_size=len(FEATURE_NAMES)))),
        answer=ModelAnswer(
            (draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)),
            draw(st.sampled_from(Decision)),
            draw(bands()),
            draw(bands()),
            draw(bands()),
        ),
        judgement=draw(st.sampled_from([judged.judgement, None])),
        reconsidered=draw(st.none() | st.builds(Reconsidered, st.text(), st.sampled_from(Side), moments(), DROPPED)),
    )


def a_whole_record() -> DecisionRecord:
    plain = a_record(some_facts())
    return replace(plain, question=(0.5,) * len(QUESTION_NAMES), features=(0.25,) * len(FEATURE_NAMES))


def changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(decision_to_json(a_whole_record())) | changes).encode()


@pytest.mark.slow
@settings(max_examples=50)
@given(records())
def test_a_record_comes_back_to_the_last_bit_and_as_the_same_bytes(record: DecisionRecord) -> None:
    line = decision_to_json(record)

    # NaN is no equal of itself, but its repr is; of the hour that comes twice UTC has only one.
    assert repr(decision_from_json(line)) == repr(record).replace("fold=1, ", "")
    assert decision_to_json(decision_from_json(line)) == line
    assert b"\n" not in line


def test_the_same_moment_in_another_zone_is_the_same_line() -> None:
    record = a_whole_record()
    elsewhere = record.at.astimezone(timezone(timedelta(hours=-6)))
    assert decision_to_json(replace(record, at=elsewhere)) == decision_to_json(record)


def test_the_line_of_a_release_alone_says_what_was_looked_at_again() -> None:
    record = a_whole_record()
    assert "reconsidered" not in json.loads(decision_to_json(record))
    held = Reconsidered("s-1", Side.SELL, WEDNESDAY, Suppression.MERGED)
    document = json.loads(decision_to_json(replace(record, cause=Cause.RELEASE, reconsidered=held)))
    assert document["reconsidered"] == {
        "suggestion_id": "s-1",
        "side": "SELL",
        "held_until": "2024-01-10T15:00:00Z",
        "dropped": "merged",
    }


def test_what_is_no_number_is_spelled() -> None:
    record = replace(a_whole_record(), question=(float("nan"), float("inf"), -float("inf")) + (0.0,) * 32)
    document = json.loads(decision_to_json(record), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["question"][:4] == ["NaN", "Infinity", "-Infinity", 0.0]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"", "is not a decision"),
        (b"\xff", "is not a decision"),
        (b"[]", "is not a decision"),
        (changed(schema="2"), "schema"),
        (changed(phone="+525512345678"), "unknown field"),
        (changed(question=["Nan"]), "question"),
        (changed(question=[1.0]), "question has 1 columns"),
        (changed(features={"log_price_over_cost": 0.1}), "features are not those"),
        (changed(at=WEDNESDAY.replace(tzinfo=None).isoformat()), "at"),
        (changed(quote={"pair": "dollars"}), "quote"),
    ],
)
def test_a_line_of_another_form_is_refused_with_what_is_wrong(line: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        decision_from_json(line)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (changed(schema=1), "has the form 1, this code 2"),
        (changed(schema=3, phone="+525512345678"), "has the form 3, this code 2"),
        (changed(feature_hash="0" * 16), "has the features 0000000000000000, this code"),
        (changed(feature_hash="0" * 16, question=[1.0], features={}), "has the features 0000000000000000, this code"),
        (changed(rules_hash="0" * 16), "has the rules 0000000000000000, this code"),
        (b'{"schema":1}', "has the form 1"),
    ],
)
def test_a_line_of_another_version_is_told_from_one_that_is_none(line: bytes, complaint: str) -> None:
    with pytest.raises(OtherVersion, match=complaint):
        decision_from_json(line)


@pytest.mark.parametrize("knob", KNOB_NAMES)
def test_a_knob_that_is_not_there_is_not_taken_to_be_todays_default(knob: str) -> None:
    document = json.loads(decision_to_json(a_whole_record()))
    del document["judgement"]["rules"][knob]
    with pytest.raises(OtherVersion, match="knobs"):
        decision_from_json(json.dumps(document))


def test_a_knob_that_nobody_knows_is_not_passed_over() -> None:
    document = json.loads(decision_to_json(a_whole_record()))
    document["judgement"]["rules"]["min_humidity"] = 0.4
    with pytest.raises(OtherVersion, match="min_humidity"):
        decision_from_json(json.dumps(document))


def test_knobs_out_of_their_range_are_refused() -> None:
    document = json.loads(decision_to_json(a_whole_record()))
    document["judgement"]["rules"]["max_spread"] = 7.0
    with pytest.raises(InvalidInput, match="max_spread"):
        decision_from_json(json.dumps(document))


def test_every_statistic_of_summary_and_market_is_in_the_line() -> None:
    assert SummaryDocument.__struct_fields__ == field_names(BehaviourSummary)
    assert MarketDocument.__struct_fields__ == field_names(MarketView)


def paths(kind: Any, before: str = "") -> Iterator[str]:
    """The fields of a line, parts behind the field that holds them."""
    for field in msgspec.structs.fields(kind):
        yield f"{before}{field.name}"
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                yield from paths(part, f"{before}{field.name}.")


def test_the_page_lists_the_fields_of_a_line_in_their_order() -> None:
    listed = re.findall(r"^\| `([a-z_0-9.]+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert listed == list(paths(DecisionDocument))


def test_the_page_says_which_fields_tell_how_much_somebody_has() -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page[page.index("## What is personal in it") : page.index("## A line")]
    named = set(re.findall(r"`((?:summary|judgement)\.[a-z_.]+)`", section))
    assert named <= set(paths(DecisionDocument))
    assert {f"summary.{each}" for each in ("position", "cost", "size", "gains", "losses")} <= named
    assert {"judgement.facts.amount", "judgement.facts.has_funds"} <= named


def test_the_pages_example_is_a_line_that_this_code_writes() -> None:
    [example] = re.findall(r"^```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    line = msgspec.json.encode(msgspec.json.decode(example))
    record = decision_from_json(line)
    assert json.loads(decision_to_json(record)) == json.loads(line)
    assert record.at - record.quote.event_time < timedelta(minutes=5)
    assert record.at.tzinfo is UTC
