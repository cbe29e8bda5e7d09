"""What the figures of an evaluation mean, said plainly: the good, the bad and the unknown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from model.judging.drift import DRIFTED_FROM
from model.judging.judge import ECE_LIMIT, MODEL, SEGMENT_ECE_LIMIT, SEGMENT_ROWS, Standing
from model.judging.messages import ORACLE
from model.metrics import MANY_TRADES
from model.report.words import dropped, interval, listed, number, percent, segment, way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Tone(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence or two, and how to take them."""

    tone: Tone
    text: str


def findings(evaluation: Mapping[str, Any]) -> list[Finding]:
    """What there is to say of an evaluation (`model.judging.judge`, `model.evaluation`), the most important first."""
    return [
        _base_rate(evaluation),
        *_for_whom(evaluation["segments"]),
        _calibration(evaluation),
        *_calibration_by_segment(evaluation["segments"]),
        *_cold_start(evaluation["cold_start"]),
        *_messages(evaluation["messages"]),
        *_drift(evaluation["drift"]),
        *_outside(evaluation["outside"]),
        *_left_out(evaluation["left_out"]),
        Finding(Tone.NOTE, dropped(evaluation["dropped"])),
    ]


def _base_rate(evaluation: Mapping[str, Any]) -> Finding:
    ours, base = evaluation["log_loss"], evaluation["base_rate_log_loss"]
    people = f"{evaluation['test_rows']:,} days of {evaluation['test_users']:,} people whom it never saw"
    figures = f"log loss {number(ours)} against {number(base)}"
    if evaluation["against_base_rate"] == Standing.NO_BETTER:
        return Finding(
            Tone.BAD,
            f"The model does not beat the base rate: on {people}, saying the same to everybody is as good or better "
            f"({figures}). Do not use it.",
        )
    if evaluation["against_base_rate"] == Standing.UNCLEAR:
        return Finding(
            Tone.UNKNOWN,
            f"Whether the model beats the base rate cannot be told: on {people} it does ({figures}), and with other "
            "people it might not. Judge it on more people before you use it.",
        )
    around = evaluation["intervals"]["below_base_rate"]
    return Finding(
        Tone.GOOD,
        f"The model beats the base rate: on {people}, {figures}, {percent(1.0 - ours / base, 0)} less. "
        f"With other people the difference would be {interval(around)}.",
    )


def _for_whom(segments: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for verdict, tone, meaning in (
        (Standing.NO_BETTER, Tone.BAD, "It does not beat the base rate for"),
        (Standing.UNCLEAR, Tone.UNKNOWN, "There is too little to tell whether it beats the base rate for"),
    ):
        names = [
            f"{segment(name)} ({one['test_rows']:,} days, log loss {number(one['log_loss'])} against "
            f"{number(one['base_rate_log_loss'])})"
            for name, one in segments.items()
            if one["against_base_rate"] == verdict
        ]
        if names:
            yield Finding(tone, f"{meaning} {listed(names)}.")
    if segments and all(one["against_base_rate"] == Standing.BETTER for one in segments.values()):
        yield Finding(Tone.GOOD, "It beats the base rate of every segment by itself.")


def _calibration(evaluation: Mapping[str, Any]) -> Finding:
    ece = evaluation["ece"]
    if evaluation["calibrated"]:
        return Finding(
            Tone.GOOD,
            f"Its probabilities can be taken at their word: what it says is off by {percent(ece)} of all days on "
            f"average, and the limit is {percent(ECE_LIMIT)}.",
        )
    return Finding(
        Tone.BAD,
        f"Its probabilities cannot be taken at their word: they are off by {percent(ece)} of all days on average, over "
        f"the limit of {percent(ECE_LIMIT)}.",
    )


def _calibration_by_segment(segments: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    off = [f"{segment(name)} ({percent(one['ece'])})" for name, one in segments.items() if one["calibrated"] is False]
    if off:
        yield Finding(Tone.BAD, f"They are off by more than {percent(SEGMENT_ECE_LIMIT, 0)} for {listed(off)}.")
    judged = sum(one["calibrated"] is not None for one in segments.values())
    if judged and not off:
        yield Finding(
            Tone.GOOD,
            f"They are within {percent(SEGMENT_ECE_LIMIT, 0)} in each of the {judged} segments with {SEGMENT_ROWS:,} "
            "days or more.",
        )


def _cold_start(cold_start: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for known, one in cold_start.items():
        if known == MANY_TRADES:
            continue
        whom = f"people with {'no' if known == '0' else known} transaction{'s' if '-' in known else ''}"
        if not one["rows"]:
            yield Finding(Tone.UNKNOWN, f"How it does for {whom} is not known: nobody like that judges it.")
            continue
        ours, general, own = one["log_loss"], one["base_rate_log_loss"], one["own_base_rate_log_loss"]
        worse = ours > min(general, own)
        yield Finding(
            Tone.BAD if worse else Tone.GOOD,
            f"For {whom} it is {'worse' if worse else 'no worse'} than saying what was known before: log loss "
            f"{number(ours)} against {number(general)} of what people in general do, and {number(own)} of what people "
            f"with as many did, on {one['rows']:,} days.",
        )


def _messages(messages: Mapping[str, Any]) -> Iterator[Finding]:
    where = messages["shares"].index(0.01)
    precision = {name: one["precision"][where] for name, one in messages["ways"].items()}
    ours = precision.pop(MODEL)
    ceiling = precision.pop(ORACLE, None)
    text = (
        f"If one day in a hundred got a message, {percent(ours, 0)} of them would say what the person then did anyway"
    )
    if precision:
        best = max(precision, key=lambda name: precision[name])
        text += f"; {percent(precision[best], 0)} with the best simpler way ({way(best)})"
    if ceiling is not None:
        text += f", {percent(ceiling, 0)} with the simulator's own probabilities, which nobody can beat"
    tone = Tone.GOOD if all(ours > other for other in precision.values()) else Tone.BAD
    yield Finding(tone, f"{text}.")


def _drift(drift: Mapping[str, Any]) -> Iterator[Finding]:
    moved = [f"{name} ({number(psi, 2)})" for name, psi in drift["features"].items() if psi >= DRIFTED_FROM]
    if drift["blocks"]:
        yield Finding(
            Tone.BAD,
            "What it says or what people do is no longer what it was when it learned: train it anew before it is used.",
        )
    else:
        yield Finding(Tone.GOOD, "What it says, and what people do, is about what it was when it learned.")
    if moved:
        yield Finding(
            Tone.NOTE,
            f"Features that are not what they were: {listed(moved)}. Users grow older and markets move, so this alone "
            "is no reason to worry.",
        )


def _outside(share: float | None) -> Iterator[Finding]:
    if share is not None:
        yield Finding(
            Tone.NOTE if share < 0.02 else Tone.BAD,
            f"{percent(share)} of the days that judge it are unlike all that it learned from.",
        )


def _left_out(left_out: Mapping[str, int]) -> Iterator[Finding]:
    for name, meaning in (
        ("maybe_seen", "the model may have seen the days"),
        ("prompted", "the person had been told something, and so did not act unprompted"),
    ):
        if left_out[name]:
            yield Finding(Tone.NOTE, f"{left_out[name]:,} days do not judge it, since {meaning}.")
