from __future__ import annotations

from typing import Any

import pytest

from model.report.sentences import Tone, findings

Evaluation = dict[str, Any]


def said(evaluation: Evaluation, tone: Tone) -> str:
    return "\n".join(finding.text for finding in findings(evaluation) if finding.tone == tone)


def test_a_model_that_beats_the_base_rate_is_said_to_with_its_interval(evaluation: Evaluation) -> None:
    first = findings(evaluation)[0]

    assert first.tone == Tone.GOOD
    assert first.text.startswith("The model beats the base rate: on ")
    assert f"{evaluation['test_users']:,} people whom it never saw" in first.text


def test_a_model_that_does_not_beat_the_base_rate_is_not_to_be_used(evaluation: Evaluation) -> None:
    evaluation["against_base_rate"] = "no_better"

    first = findings(evaluation)[0]
    assert first.tone == Tone.BAD
    assert first.text.startswith("The model does not beat the base rate")
    assert first.text.endswith("Do not use it.")


def test_what_chance_could_say_is_not_called_better(evaluation: Evaluation) -> None:
    evaluation["against_base_rate"] = "unclear"

    assert findings(evaluation)[0].tone == Tone.UNKNOWN
    assert "cannot be told" in findings(evaluation)[0].text


@pytest.mark.parametrize(("standing", "tone"), [("no_better", Tone.BAD), ("unclear", Tone.UNKNOWN)])
def test_for_whom_it_is_no_good_is_named(evaluation: Evaluation, standing: str, tone: Tone) -> None:
    evaluation["segments"]["frequent"]["against_base_rate"] = standing

    assert "base rate for" in said(evaluation, tone)
    assert "frequent traders (" in said(evaluation, tone)


def test_probabilities_that_are_off_are_said_to_be_for_everybody_and_by_segment(evaluation: Evaluation) -> None:
    evaluation["calibrated"], evaluation["ece"] = False, 0.031
    evaluation["segments"]["rare"] |= {"calibrated": False, "ece": 0.08}

    assert "they are off by 3.1 % of all days on average, over the limit of 2.0 %" in said(evaluation, Tone.BAD)
    assert "off by more than 5 % for rare traders (8.0 %)" in said(evaluation, Tone.BAD)


def test_a_cold_start_that_is_worse_than_what_was_known_before_is_said(evaluation: Evaluation) -> None:
    losses = {"log_loss": 0.2, "base_rate_log_loss": 0.3, "own_base_rate_log_loss": 0.1}
    evaluation["cold_start"]["2-5"] = {"rows": 700, **losses}

    assert "For people with 2-5 transactions it is worse than saying what was known before" in said(
        evaluation, Tone.BAD
    )


def test_no_newcomer_means_that_nothing_is_known_of_them(evaluation: Evaluation) -> None:
    evaluation["cold_start"]["0"] = {"rows": 0, "log_loss": None}

    assert "for people with no transaction is not known" in said(evaluation, Tone.UNKNOWN)


def test_a_simpler_way_that_brings_more_is_said(evaluation: Evaluation) -> None:
    ways = evaluation["messages"]["ways"]
    ways["rate_alert"]["precision"] = [0.9] * 5

    assert "90 % with the best simpler way (rate alert)" in said(evaluation, Tone.BAD)


def test_drift_that_blocks_asks_for_training(evaluation: Evaluation) -> None:
    evaluation["drift"]["blocks"] = True

    assert "train it anew before it is used" in said(evaluation, Tone.BAD)


def test_what_was_left_out_and_dropped_is_told_with_its_reason(evaluation: Evaluation) -> None:
    evaluation["left_out"] = {"maybe_seen": 1200, "prompted": 30}
    evaluation["dropped"] = {"bad_time": 3, "oracle_ragged": 1, "eaten_by_dog": 2, "censored": 40}

    notes = said(evaluation, Tone.NOTE)
    assert "1,200 days do not judge it, since the model may have seen the days" in notes
    assert "30 days do not judge it, since the person had been told something" in notes
    assert (
        "Not used: 40 days whose 24 hours the files do not cover, 3 rows whose time cannot be read or has no offset, "
        "2 rows that were counted as eaten by dog and 1 row of the file oracle with other columns than the header."
        in notes
    )


def test_what_cannot_be_known_leaves_no_hole(evaluation: Evaluation) -> None:
    evaluation |= {"intervals": None, "against_base_rate": "unclear", "outside": None, "dropped": {}}
    evaluation["messages"]["ways"] = {"model": evaluation["messages"]["ways"]["model"]}
    evaluation["segments"] = {}

    texts = [finding.text for finding in findings(evaluation)]
    assert not any("None" in text or "nan" in text for text in texts)
    assert "Everything in the files was used." in texts
