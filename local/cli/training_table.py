"""How `divisa train` shows a model's figures: beside what it has to beat, and plainly when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

_NAMES = {
    "logistic": "logistic regression",
    "per_user_rate": "each user's own rate",
    "rate_alert": "fixed rate alert",
    "moving_average_cross": "moving averages that cross",
    "base_rate": "base rate",
}
_SIDES = ("BUY", "SELL")


def training_table(metrics: Mapping[str, Any]) -> Table:
    """Log loss and PR-AUC of the model, of each baseline, the best first, and of the simulator where there is one."""
    from rich.table import Table

    table = Table("", "Log loss", *(f"PR-AUC, {side}" for side in _SIDES), box=None, pad_edge=False)
    sides = [metrics["classes"][side] for side in _SIDES]
    table.add_row("the model", *_numbers(metrics["log_loss"], *(side["pr_auc"] for side in sides)), style="bold")
    for name, baseline in sorted(metrics["baselines"].items(), key=lambda each: float(each[1]["log_loss"])):
        areas = (baseline["classes"][side]["pr_auc"] for side in _SIDES)
        table.add_row(_NAMES[name], *_numbers(baseline["log_loss"], *areas))
    if metrics["oracle_log_loss"] is not None:
        ceiling = metrics["oracle_log_loss"], *(side["oracle_pr_auc"] for side in sides)
        table.add_row("the simulator itself, the ceiling", *_numbers(*ceiling))
    return table


def training_sentences(metrics: Mapping[str, Any]) -> list[str]:
    """What the figures come to, in words: whether it beats what it has to, and how far it can be believed."""
    return [
        _against_baselines(metrics),
        _of_cold_start(metrics["cold_start"]),
        f"What it says and what happens differ by {metrics['ece']:.2%} on average (calibration error).",
    ]


def _against_baselines(metrics: Mapping[str, Any]) -> str:
    better = [
        _NAMES[name]
        for name, baseline in metrics["baselines"].items()
        if baseline["log_loss"] <= metrics["log_loss"] and name != "base_rate"
    ]
    if not metrics["beats_base_rate"]:
        return (
            "The model does NOT beat the base rate: saying the same of everybody, every day, is as good or better. "
            "It has learned nothing that can be used; more users or a longer time may help."
        )
    if better:
        return f"The model beats the base rate, but not: {', '.join(better)}."
    return "The model beats the base rate and every other baseline."


def _of_cold_start(figures: Mapping[str, Mapping[str, Any]]) -> str:
    judged = {known: each for known, each in figures.items() if each["rows"]}
    worse = [
        f"{known} (log loss {each['log_loss']:.4f}, base rate {each['base_rate_log_loss']:.4f})"
        for known, each in judged.items()
        if each["log_loss"] > each["base_rate_log_loss"]
    ]
    if worse:
        return f"It is worse than the base rate for users of whom so many transactions are known: {'; '.join(worse)}."
    unknown = [known for known in figures if known not in judged]
    without = f" (there are none with {_or(unknown)} to judge it by)" if unknown else ""
    return f"It is no worse than the base rate for users of whom {_or(judged)} transactions are known{without}."


def _or(names: Iterable[str]) -> str:
    """Names as a sentence lists them.

    >>> _or(["0", "1", "more"])
    '0, 1 or more'
    """
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _numbers(*values: float | None) -> list[str]:
    return ["" if value is None else f"{value:.4f}" for value in values]
