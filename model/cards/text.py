"""The cards' figures and tables, put into their prose."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from model.judging.judge import ECE_LIMIT, SEGMENT_ECE_LIMIT, SEGMENT_ROWS, Standing
from model.judging.segments import FREQUENT_FROM, NEW_UNTIL
from model.matrix import Part
from model.report.sentences import findings
from model.report.words import dropped, interval, listed, number, percent, percent_interval, segment, way

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CARDS: Final = ("model-card.md", "data-card.md")
_STANDINGS: Final = {Standing.BETTER: "yes", Standing.NO_BETTER: "no", Standing.UNCLEAR: "cannot be told"}
_VERDICTS: Final = {True: "yes", False: "no", None: "too few"}


def cards(evaluation: Mapping[str, Any]) -> dict[str, str]:
    """The cards by file name; the same evaluation gives the same text.

    Args:
        evaluation: of simulated files, as `divisa evaluate` writes it.
    """
    figures = _figures(evaluation)
    return {name: Template(_prose(name)).substitute(figures) for name in CARDS}


def _prose(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _figures(evaluation: Mapping[str, Any]) -> dict[str, str]:
    model, simulation = evaluation["model"], evaluation["simulation"]
    settings, counts = simulation["settings"], simulation["counts"]
    one_percent = evaluation["messages"]["shares"].index(0.01)
    ways = evaluation["messages"]["ways"]
    return {
        "version": evaluation["model_version"],
        "sklearn": model["versions"]["sklearn"],
        "python": model["versions"]["python"],
        "feature_hash": model["feature_hash"],
        "features": ", ".join(f"`{name}`" for name in model["feature_names"]),
        "feature_count": str(len(model["feature_names"])),
        "hyper_parameters": ", ".join(f"{name} {value}" for name, value in model["hyper_parameters"].items()),
        "temperature": number(model["temperature"]),
        "buy_threshold": percent(model["thresholds"]["BUY"]),
        "sell_threshold": percent(model["thresholds"]["SELL"]),
        "windows": _table(_windows(model)),
        "pairs": listed(evaluation["pairs"]),
        "test_rows": f"{evaluation['test_rows']:,}",
        "test_users": f"{evaluation['test_users']:,}",
        "rows": f"{evaluation['rows']:,}",
        "users": f"{evaluation['users']:,}",
        "judged_from": evaluation["judged"]["from"][:10],
        "judged_until": evaluation["judged"]["until"][:10],
        "findings": "\n".join(f"- {finding.text}" for finding in findings(evaluation)),
        "ways": _table(_ways(evaluation)),
        "segments": _table(_segments(evaluation)),
        "new_until": str(NEW_UNTIL),
        "frequent_from": f"{FREQUENT_FROM:g}",
        "ece_limit": percent(ECE_LIMIT, 0),
        "segment_ece_limit": percent(SEGMENT_ECE_LIMIT, 0),
        "segment_rows": f"{SEGMENT_ROWS:,}",
        "right": percent(ways["model"]["precision"][one_percent], 0),
        "wrong": percent(1.0 - ways["model"]["precision"][one_percent], 0),
        "importance": listed(f"`{name}`" for name in list(evaluation["importance"])[:5]),
        "base_rates": listed(
            f"{percent(evaluation['classes'][side]['base_rate'])} {side}" for side in ("BUY", "SELL", "HOLD")
        ),
        "dropped": dropped(evaluation["dropped"]),
        "simulated_users": f"{settings['users']:,}",
        "simulated_from": settings["start"],
        "simulated_until": settings["end"],
        "seed": str(settings["seed"]),
        "quotes": f"{counts['quotes']:,}",
        "transactions": f"{counts['transactions']:,}",
        "groups": listed(f"{segment(kind)} {percent(share, 0)}" for kind, share in simulation["shares"].items()),
    }


def _windows(model: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    yield "part", "from", "until", "days of users"
    for part in (each.name.lower() for each in Part):
        first, last = model["training_window"][part]
        yield part, first[:10], last[:10], f"{model['rows_by_part'][part]:,}"


def _ways(evaluation: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    shares = evaluation["messages"]["shares"]
    yield "", "log loss", "PR-AUC BUY", "PR-AUC SELL", *(f"right at {percent(share)}" for share in shares)
    for name, one in evaluation["messages"]["ways"].items():
        if name == "oracle":
            losses = evaluation["oracle_log_loss"], *_areas(evaluation, "oracle_pr_auc")
        else:
            known = evaluation if name == "model" else evaluation["baselines"][name]
            losses = known["log_loss"], *_areas(known, "pr_auc")
        yield way(name), *map(number, losses), *(percent(precision) for precision in one["precision"])


def _areas(known: Mapping[str, Any], key: str) -> tuple[float | None, float | None]:
    return known["classes"]["BUY"][key], known["classes"]["SELL"][key]


def _segments(evaluation: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    yield (
        "",
        "days",
        "users",
        "log loss (95 %)",
        "base rate",
        "beats it",
        "calibration error (95 %)",
        "within limit",
    )
    for name, one in {"everybody": evaluation, **evaluation["segments"]}.items():
        around = one["intervals"] or {"log_loss": None, "ece": None}
        yield (
            segment(name),
            f"{one['test_rows']:,}",
            f"{one['test_users']:,}",
            f"{number(one['log_loss'])} ({interval(around['log_loss'])})",
            number(one["base_rate_log_loss"]),
            _STANDINGS[Standing(one["against_base_rate"])],
            f"{percent(one['ece'])} ({percent_interval(around['ece'])})",
            _VERDICTS[one["calibrated"]],
        )


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    lines = (head, ["---"] * len(head), *body)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
