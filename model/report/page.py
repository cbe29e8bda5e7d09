"""The page of an evaluation: one HTML file with everything in it, for a screen or a phone, by day or by night."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from model.judging.judge import Standing
from model.report import figures
from model.report.sentences import Tone, findings
from model.report.words import interval, number, percent, percent_interval, segment, way

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PAGE: Final = Path(__file__).with_name("page.html")
_MARKS: Final = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.UNKNOWN: "?", Tone.NOTE: "·"}
_YES, _NO, _MAYBE = "yes", "no", "cannot be told"
_CLASSES: Final = {_YES: "yes", _NO: "no", _MAYBE: "maybe"}
_STANDINGS: Final = {Standing.BETTER: _YES, Standing.NO_BETTER: _NO, Standing.UNCLEAR: _MAYBE}
_VERDICTS: Final = {True: _YES, False: _NO, None: _MAYBE}


def page(evaluation: Mapping[str, Any]) -> str:
    """The HTML of an evaluation; the same figures give the same bytes."""
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        title=escape(f"Evaluation of {evaluation['model_version']}"),
        origin=escape(_origin(evaluation)),
        findings="\n".join(
            f'<li class="{finding.tone.value}"><b>{_MARKS[finding.tone]}</b>{_text(finding.text)}</li>'
            for finding in findings(evaluation)
        ),
        sections="\n".join(_sections(evaluation)),
    )


def _origin(evaluation: Mapping[str, Any]) -> str:
    window = evaluation["judged"]
    people = "Simulated users, who say nothing about real ones" if evaluation["simulation"] else "Users of your files"
    return (
        f"{people}. {evaluation['test_rows']:,} days of {evaluation['test_users']:,} users judge, "
        f"from {window['from'][:10]} to {window['until'][:10]}; "
        f"{evaluation['rows']:,} days of {evaluation['users']:,} users were read."
    )


def _sections(evaluation: Mapping[str, Any]) -> Iterable[str]:
    curves = evaluation["curves"]
    yield _section(
        "How good it is, and beside what",
        "Log loss is the price of surprise: the less the better. The base rate here is what everybody did before. "
        "PR-AUC is the average share of right ones among those told: the more the better.",
        _table(_ways(evaluation)),
    )
    yield _section(
        "What so many messages bring",
        "Each way tells the days that it finds likeliest. Right is a message that says what the person then did, "
        "without having been told.",
        _grid(
            _figure(figures.messages(evaluation["messages"]), "Messages against how many are right."),
            *(
                _figure(drawn, f"{side}: precision against recall.")
                for side in ("BUY", "SELL")
                if (drawn := figures.precision_recall(curves, side)) is not None
            ),
        ),
    )
    drawn = figures.segments(evaluation["segments"])
    yield _section(
        "For whom",
        "A newcomer has no transaction yet, new are those with five at most; frequent is about one a fortnight or "
        "more. The base rate is each segment's own, in hindsight. Off by is the calibration error. Intervals show how "
        "figures would move with other people.",
        _grid(
            _figure(figures.calibration(curves), "What was said, and how often it happened, in bins of equal size."),
            *([] if drawn is None else [_figure(drawn, "Right of the line it beats that segment's base rate.")]),
        )
        + _table(_segments(evaluation)),
    )
    yield _section(
        "What it goes by",
        "How much worse it gets when a feature is shuffled, and what it says on average when all have the same value.",
        _grid(
            _figure(figures.importance(evaluation["importance"]), "What two features tell is ascribed to neither."),
            *(
                _figure(figures.dependence(curve, name), f"By {name}.")
                for name, curve in evaluation["partial_dependence"].items()
            ),
        ),
    )
    yield _section(
        "What has changed since it learned",
        "Below the dotted line nothing has changed, beyond the dashed one a great deal.",
        _grid(_figure(figures.drift(evaluation["drift"]), "Outcomes, probabilities, the features that moved most.")),
    )


def _ways(evaluation: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    yield "", "log loss", "calibration error", "PR-AUC BUY", "PR-AUC SELL", "right at 1 % of days"
    known = {"model": evaluation, **evaluation["baselines"]}
    where = evaluation["messages"]["shares"].index(0.01)
    right = {name: one["precision"][where] for name, one in evaluation["messages"]["ways"].items()}
    for name, one in known.items():
        areas = (number(one["classes"][side]["pr_auc"]) for side in ("BUY", "SELL"))
        yield way(name), number(one["log_loss"]), percent(one["ece"]), *areas, percent(right[name])
    if evaluation["oracle_log_loss"] is not None:
        areas = (number(evaluation["classes"][side]["oracle_pr_auc"]) for side in ("BUY", "SELL"))
        yield way("oracle"), number(evaluation["oracle_log_loss"]), "", *areas, percent(right.get("oracle"))


def _segments(evaluation: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    yield "", "days", "users", "log loss", "95 % of", "base rate", "beats it", "off by", "95 % of", "good"
    for name, one in {"everybody": evaluation, **evaluation["segments"]}.items():
        around = one["intervals"] or {"log_loss": None, "ece": None}
        yield (
            segment(name),
            f"{one['test_rows']:,}",
            f"{one['test_users']:,}",
            number(one["log_loss"]),
            interval(around["log_loss"]),
            number(one["base_rate_log_loss"]),
            _STANDINGS[Standing(one["against_base_rate"])],
            percent(one["ece"]),
            percent_interval(around["ece"]),
            _VERDICTS[one["calibrated"]],
        )


def _text(words: str) -> str:
    """Words whose figures stay on the line of their units."""
    return escape(words).replace(" %", "&nbsp;%")


def _section(title: str, text: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(text)}</p>{content}</section>"


def _grid(*content: str) -> str:
    return f'<div class="grid">{"".join(content)}</div>'


def _figure(svg: str, caption: str) -> str:
    named = svg.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1)
    return f"<figure>{named}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    lines = [
        "".join(
            f'<td class="{_CLASSES[cell]}">{escape(cell)}</td>' if cell in _CLASSES else f"<td>{escape(cell)}</td>"
            for cell in row
        )
        for row in body
    ]
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return f'<div class="wide"><table><tr>{heads}</tr>{"".join(f"<tr>{line}</tr>" for line in lines)}</table></div>'
