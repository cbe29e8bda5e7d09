"""What is logged when held suggestions are looked at again, and that it can be decided again to the last byte."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.domain.decision import Cause, Reconsidered, release_id_of
from divisa.domain.errors import StoreUnavailable
from divisa.domain.evaluation import Decision
from divisa.domain.policy import RULES
from divisa.domain.preferences import QuietHours
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from divisa.services.release_held import Released
from divisa.services.replay_decisions import ReplayDecisions
from tests.builders import USD_MXN, a_portfolio, a_quote, a_recipient
from tests.unit.services.test_release_held import HOUR, MINUTE, MORNING, NIGHT, USD_BRL, Morning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from divisa.domain.decision import DecisionRecord


def released(morning: Morning) -> dict[str, DecisionRecord]:
    """What the log has of releases, by suggestion."""
    records = [decision_from_json(line) for line in morning.world.decisions.lines]
    found = [record for record in records if record.cause is Cause.RELEASE]
    by_suggestion = {record.suggestion_id or "": record for record in found}
    assert len(by_suggestion) == len(found)
    return by_suggestion


def reconsidered(record: DecisionRecord) -> Reconsidered:
    assert record.reconsidered is not None
    return record.reconsidered


def again(morning: Morning) -> Iterator[bool]:
    """Whether each line is made again to the last byte, all of them asked about at once and each alone."""
    lines = [line for line in morning.world.decisions.lines if b'"release"' in line]
    records = [decision_from_json(line) for line in lines]
    replay = ReplayDecisions(morning.world.scorer)
    for line, record, together in zip(lines, records, replay(records), strict=True):
        yield decision_to_json(together) == decision_to_json(*replay([record])) == line


def test_what_is_let_out_in_the_morning_is_logged_with_all_that_it_was_decided_by() -> None:
    morning = Morning("17.40")
    kept = morning.keep()
    assert morning.run().told == 1

    record = released(morning)[kept.suggestion_id]
    assert record.decision_id == release_id_of(kept.suggestion_id, MORNING)
    assert (record.user_id, record.generation, record.episode) == ("ana", 0, kept.episode)
    assert record.quote == morning.world.markets.load(USD_MXN).quote
    assert record.at == morning.world.clock.now()
    assert (record.answer.decision, record.model_version) == (Decision.SELL, "m-2")
    assert record.reconsidered == Reconsidered(kept.suggestion_id, Side.SELL, MORNING, None)
    assert record.judgement is not None
    assert [outcome.rule for outcome in record.judgement.outcomes] == [rule.name for rule in RULES]
    assert (record.judgement.suggestion_id, record.judgement.suppressed) == (kept.suggestion_id, None)
    assert record.judgement.facts.amount == morning.now(kept).amount
    assert list(again(morning)) == [True]


def test_what_the_model_says_no_more_is_logged_without_a_judgement() -> None:
    morning = Morning("17.05")
    kept = morning.keep()
    morning.run()
    record = released(morning)[kept.suggestion_id]
    assert (record.answer.decision, record.judgement) == (Decision.HOLD, None)
    assert reconsidered(record).dropped is Suppression.NOT_NOW
    assert list(again(morning)) == [True]


def test_each_of_several_held_ones_is_logged_with_what_became_of_it() -> None:
    morning = Morning("17.40")
    morning.price("5.20", USD_BRL)
    held = [
        morning.keep(episode=2),
        morning.keep(episode=1),
        morning.keep(pair=USD_BRL),
        morning.keep(side=Side.BUY, episode=3),
    ]
    assert morning.run().unlogged == 0

    found = released(morning)
    dropped = [reconsidered(found[each.suggestion_id]).dropped for each in held]
    assert dropped == [Suppression.MERGED, Suppression.MERGED, None, Suppression.NOT_NOW]
    judged = [found[each.suggestion_id].judgement is not None for each in held]
    assert judged == [True, False, True, False]
    assert list(again(morning)) == [True] * 4


@pytest.mark.parametrize("reason", [Suppression.NO_FUNDS, Suppression.HOLDOUT])
def test_what_a_rule_or_the_lot_speaks_against_is_logged_with_its_reason(reason: Suppression) -> None:
    morning = Morning("17.40")
    if reason is Suppression.HOLDOUT:
        morning.policy.change(replace(morning.policy.current(), holdout_share=1.0 - 1e-12))
    else:
        morning.world.portfolios.put_many([a_portfolio("0", "0")])
    kept = morning.keep()
    morning.run()
    record = released(morning)[kept.suggestion_id]
    assert record.judgement is not None
    assert record.reconsidered is not None
    assert record.judgement.suppressed is record.reconsidered.dropped is reason
    assert list(again(morning)) == [True]


def test_what_is_held_on_is_logged_each_time_it_is_looked_at_under_an_id_of_its_own() -> None:
    morning = Morning("17.40")
    longer = QuietHours(NIGHT.start, replace(NIGHT, end=(MORNING + 2 * HOUR - 6 * HOUR).time()).end)
    morning.world.recipients.put_many([a_recipient(quiet_hours=longer, time_zone="America/Mexico_City")])
    kept = morning.keep()
    assert morning.run() == Released(users=1, held=1)
    morning.world.clock.set(MORNING + 2 * HOUR + MINUTE)
    morning.price("17.45")
    assert morning.run().told == 1

    first, second = (decision_from_json(line) for line in morning.world.decisions.lines if b'"release"' in line)
    assert first.judgement is not None
    assert first.judgement.held_until == MORNING + 2 * HOUR
    assert second.reconsidered is not None
    assert second.reconsidered.held_until == MORNING + 2 * HOUR
    assert first.suggestion_id == second.suggestion_id == kept.suggestion_id
    assert first.decision_id != second.decision_id
    assert list(again(morning)) == [True, True]


def test_what_is_left_alone_or_given_up_without_a_price_is_not_logged() -> None:
    waiting = Morning(None)
    waiting.keep()
    waiting.world.clock.set(MORNING + timedelta(days=2))
    assert waiting.run().dropped == Counter(stale_quote=1)
    assert waiting.world.decisions.calls == 0


def test_a_release_stands_and_is_counted_when_the_log_is_away() -> None:
    morning = Morning("17.40", "ana", "ben")
    morning.world.decisions.is_away = True
    for user in morning.users:
        morning.keep(user)
    assert morning.run() == Released(users=2, told=2, unlogged=2)
    assert len(morning.told()) == 2


def test_what_was_written_before_a_run_failed_is_logged_and_the_rest_by_the_next_run() -> None:
    morning = Morning("17.40", "ana", "ben")
    kept = [morning.keep(user) for user in morning.users]
    morning.held.trouble.calls_left = 1
    with pytest.raises(StoreUnavailable):
        morning.run()
    [first] = released(morning).values()
    assert [first.user_id] == [each.user_id for each in morning.told()]
    morning.run()
    assert set(released(morning)) == {each.suggestion_id for each in kept}


def test_people_who_are_released_together_are_one_call_of_the_log() -> None:
    users = [f"u-{number:02}" for number in range(40)]
    morning = Morning("17.40", *users)
    for user in users:
        morning.keep(user)
    morning.run()
    assert (morning.world.decisions.calls, len(released(morning))) == (1, 40)


def test_a_release_that_the_model_would_decide_otherwise_shows_it() -> None:
    """With another cost in the log the model says HOLD; with the price of the log it says what the log has not."""
    told, dropped = Morning("17.40"), Morning("17.05")
    for morning in (told, dropped):
        morning.keep()
        morning.run()
    [let_out], [not_now] = released(told).values(), released(dropped).values()

    [holds] = ReplayDecisions(told.world.scorer)([replace(let_out, summary=replace(let_out.summary, cost=17.40))])
    assert (holds.judgement, holds.reconsidered) == (
        None,
        replace(reconsidered(let_out), dropped=Suppression.NOT_NOW),
    )
    [sells] = ReplayDecisions(dropped.world.scorer)([replace(not_now, quote=a_quote("17.40"))])
    assert reconsidered(sells).dropped is None
