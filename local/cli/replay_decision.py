"""`divisa replay-decision`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.home import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from divisa.ports import Foreign, Logged
    from local.deciding_again import MadeAgain

EXAMPLES = output.examples(
    ("divisa replay-decision 4f1c0a9be2d7836510cc94e1ab", "one decision, by its id or its suggestion's"),
    ("divisa replay-decision --all", "every decision of the log"),
    ("divisa replay-decision --file decisions.jsonl --json", "those of a file, without a cloud, for a program"),
)
_DIFFERS = 1
_SHOWN = 20


def replay_decision(
    decision: Annotated[
        str | None, typer.Argument(help="A decision's id, or that of its suggestion.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every decision of the log.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="The decisions of this file, as the lake has it.", show_default=False)
    ] = None,
    model: Annotated[
        Path, typer.Option(help="Artefact of the model; where it is of another version, the running endpoint is asked.")
    ] = MODEL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make logged decisions again from what was logged, by the same model, and compare them byte by byte.

    Features are made from the user's summary and the market, scores by the model, each rule's outcome by the rule.
    Decisions that another version of the code has logged are counted and passed over: the code of that version can
    make them again. Exit code 0: all others are identical; 1: some differ.
    """
    if sum([decision is not None, every, file is not None]) != 1:
        raise typer.BadParameter("say which: one DECISION, --all or --file")
    from local.artefact import scorer_for
    from local.deciding_again import decide_again

    total, differing, foreign = 0, list["MadeAgain"](), list["Foreign"]()
    for made in decide_again(_found(decision, file, foreign), lambda version: scorer_for(version, model)):
        total += 1
        if made.differences:
            differing.append(made)
    if as_json:
        output.say_json(
            {
                "decisions": total,
                "identical": total - len(differing),
                "of_another_version": len(foreign),
                "differing": list(map(_as_json, differing)),
            }
        )
    else:
        _show(differing)
        left_out = f"; {len(foreign):,} of another version, not comparable" if foreign else ""
        output.say(f"{total:,} decisions: {total - len(differing):,} identical, {len(differing):,} differ{left_out}")
    if differing:
        raise typer.Exit(_DIFFERS)


def _found(decision: str | None, file: Path | None, foreign: "list[Foreign]") -> "Iterator[Logged]":
    """Those that can be compared; the others are added to `foreign`."""
    from divisa.domain.errors import InvalidInput, OtherVersion
    from divisa.ports import Logged
    from local import cloud
    from local.deciding_again import read_file
    from local.stores import open_decisions

    logged = read_file(file) if file is not None else open_decisions(cloud.running()).all(decision or "")
    is_empty = True
    for each in logged:
        if isinstance(each, Logged):
            is_empty = False
            yield each
        else:
            foreign.append(each)
    if is_empty and foreign:
        raise OtherVersion(f"all of another version, not comparable ({len(foreign)}), for example {foreign[0].why}")
    if is_empty:
        raise InvalidInput("no such decision is in the log; it comes to the lake some minutes after it was made")


def _as_json(made: "MadeAgain") -> dict[str, Any]:
    return {
        "decision_id": made.logged.record.decision_id,
        "differences": [each._asdict() for each in made.differences],
    }


def _show(differing: "list[MadeAgain]") -> None:
    from rich.table import Table

    if not differing:
        return
    table = Table("Decision", "Field", "Logged", "Made again", box=None, pad_edge=False)
    for made in differing[:_SHOWN]:
        for each in made.differences:
            table.add_row(made.logged.record.decision_id, each.field, str(each.logged), str(each.made))
    output.show(table)
