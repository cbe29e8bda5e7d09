"""What the log's decisions teach: what users did after they were asked about, and who had been told something."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.decision import Reconsidered
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.policy import PolicyRules
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from model.judging.segments import segments
from model.matrix import Part
from model.promotion.traffic import NOT_OVER, trades_of, traffic_of
from tests.builders import WEDNESDAY, a_summary
from tests.unit.domain.policy.facts import some_facts
from tests.unit.domain.test_decision import a_record

if TYPE_CHECKING:
    from divisa.domain.decision import DecisionRecord

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = WEDNESDAY + 10 * DAY


def a_decision(number: int = 1, user_id: str = "ana", at: datetime = WEDNESDAY, **changes: Any) -> DecisionRecord:
    """A decision by which nobody was told anything."""
    plain = replace(
        a_record(some_facts()),
        decision_id=f"{user_id}-{number}",
        user_id=user_id,
        at=at,
        question=tuple(float(column) for column in range(len(QUESTION_NAMES))),
        features=tuple(float(column) for column in range(len(FEATURE_NAMES))),
        judgement=None,
    )
    return replace(plain, **changes)


def a_suggestion(
    number: int, at: datetime, suppressed: Suppression | None = None, held_until: datetime | None = None
) -> DecisionRecord:
    judged = a_record(some_facts())
    assert judged.judgement is not None
    rules = PolicyRules(holdout_share=0.2)
    judgement = replace(judged.judgement, suppressed=suppressed, held_until=held_until, rules=rules)
    return a_decision(number, at=at, answer=judged.answer, judgement=judgement)


def labels(*trades: tuple[str, str, datetime, Side], records: list[DecisionRecord]) -> list[Decision]:
    found = traffic_of(records, trades_of(trades), LATER)
    return [Decision(label) for label in found.matrix.labels]


def test_the_label_is_the_first_trade_within_a_day() -> None:
    early = ("ana", "USD/MXN", WEDNESDAY - HOUR, Side.BUY)
    sale = ("ana", "USD/MXN", WEDNESDAY + 2 * HOUR, Side.SELL)
    bought_then = ("ana", "USD/MXN", WEDNESDAY + 3 * HOUR, Side.BUY)
    late = ("ana", "USD/MXN", WEDNESDAY + DAY, Side.BUY)
    elsewhere = ("ana", "USD/BRL", WEDNESDAY + HOUR, Side.BUY)

    assert labels(early, bought_then, sale, elsewhere, records=[a_decision()]) == [Decision.SELL]
    assert labels(early, late, records=[a_decision()]) == [Decision.HOLD]
    assert labels(records=[a_decision()]) == [Decision.HOLD]


def test_a_trade_that_the_question_knew_of_is_no_answer_to_it() -> None:
    # The user's trade is why they were looked at again, at a quote that is a little older than it.
    trade = ("ana", "USD/MXN", WEDNESDAY + timedelta(seconds=5), Side.SELL)
    knowing = a_decision(summary=a_summary(last_at=trade[2].timestamp()))

    assert labels(trade, records=[knowing]) == [Decision.HOLD]
    assert labels(trade, records=[a_decision()]) == [Decision.SELL]


def test_a_decision_counts_once_its_day_is_over_and_only_once() -> None:
    over, open_still = a_decision(1, at=LATER - DAY), a_decision(2, at=LATER - DAY + timedelta(seconds=1))

    found = traffic_of([over, open_still, over], {}, LATER)

    assert len(found.matrix.labels) == 1
    assert found.dropped == {NOT_OVER: 1}
    assert found.questions.shape == (1, len(QUESTION_NAMES))
    assert found.matrix.part(Part.TEST).all()


def test_who_was_told_a_day_before_or_after_was_prompted() -> None:
    told = a_suggestion(9, WEDNESDAY)
    records = [
        told,
        a_decision(1, at=WEDNESDAY - 23 * HOUR),
        a_decision(2, at=WEDNESDAY + 23 * HOUR),
        a_decision(3, at=WEDNESDAY + 25 * HOUR),
        a_decision(4, at=WEDNESDAY + HOUR, user_id="luz"),
    ]

    found = traffic_of(records, {}, LATER).matrix

    order = np.argsort(found.at, kind="stable")
    assert found.told[order].tolist() == [True, True, False, True, False]
    assert found.suggested[order].tolist() == [2, 2, 0, 2, 0]


def test_who_was_held_out_is_of_the_control_group_with_the_chance_of_having_been_told() -> None:
    found = traffic_of([a_suggestion(1, WEDNESDAY, Suppression.HOLDOUT), a_decision(2)], {}, LATER).matrix

    assert not found.told.any()
    assert (found.suggested == Decision.SELL).all()
    assert np.allclose(found.propensities, 0.8)


def test_what_the_rules_kept_back_or_quiet_hours_hold_prompts_nobody() -> None:
    kept_back = a_suggestion(1, WEDNESDAY, Suppression.COOLDOWN)
    held = a_suggestion(2, WEDNESDAY, None, held_until=WEDNESDAY + HOUR)

    found = traffic_of([kept_back, held], {}, LATER).matrix

    assert (found.suggested == Decision.HOLD).all()


def test_what_was_let_out_after_quiet_hours_prompts_from_then_on() -> None:
    again = Reconsidered("s-1", Side.SELL, WEDNESDAY, None)
    let_out = replace(a_suggestion(1, WEDNESDAY), reconsidered=again)
    merged = replace(let_out, decision_id="m", reconsidered=replace(again, dropped=Suppression.MERGED))

    assert traffic_of([let_out], {}, LATER).matrix.told.all()
    assert not traffic_of([merged], {}, LATER).matrix.told.any()


def test_rows_know_their_pair_and_how_many_trades_were_known() -> None:
    newcomer = a_decision(1, user_id="luz", summary=a_summary(buys=0.0))
    found = traffic_of([newcomer, a_decision(2)], {}, LATER).matrix

    assert found.pair_names == ("USD/MXN",)
    assert sorted(found.trades.tolist()) == [0, 1]
    assert segments(found)["newcomer"].sum() == 1


def test_an_empty_log_is_no_rows() -> None:
    assert traffic_of([], {}, LATER).questions.shape == (0, len(QUESTION_NAMES))
