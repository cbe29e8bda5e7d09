"""`divisa promote`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output
from local.home import MODEL, SIMULATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.promotion.promoting import Promotion
    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa promote --simulated", "judge the model that was trained last on the simulated users, and bring it live"),
    ("divisa promote mine/model.tar.gz --prices P.csv --transactions T.csv", "the same with your own files"),
    ("divisa promote 3 --stage prod --prices P.csv --transactions T.csv", "version 3 of the registry, on AWS"),
    ("divisa promote --simulated --json", "only judge, and print every gate for a program"),
)
_REFUSED = 1


def promote(
    model: Annotated[
        str, typer.Argument(help="The candidate: a file, or its number in the registry.", show_default=False)
    ] = str(MODEL),
    prices: Annotated[Path | None, typer.Option(help="CSV of the newest prices.", show_default="none")] = None,
    transactions: Annotated[
        Path | None, typer.Option(help="CSV of the newest transactions.", show_default="none")
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="The simulated users' files, as `divisa train` without files.")
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(help="Decisions: a file of the lake, or a folder of such.", show_default="the stage's own log"),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="A stage on AWS; the running laptop cloud when left out.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Bring it live without asking, if no gate refuses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; live it goes with --yes alone.")] = False,
) -> None:
    """Judge a model beside the one that is live, and bring it live if no gate refuses it.

    Both answer the questions of the decision log, and are held to what the users did; with files, also on users and
    days that no model has learned from. The endpoint moves blue/green: nobody who asks it notices, and errors of the
    new model bring the old one back. Exit code 1: it is refused, by the names that are shown; docs/promotion.md has
    each.
    """
    if (prices is None) != (transactions is None) or (simulated and prices is not None):
        raise typer.BadParameter("give --prices and --transactions together, or --simulated")
    from local.promotion import logged
    from local.promotion.promoting import Promoting
    from local.promotion.stage import open_stage
    from model.promotion.limits import Limits

    with open_stage(stage) as opened, TemporaryDirectory(prefix="divisa-promotion-") as scratch:
        with output.progress() as report:
            files = _files(prices, transactions, simulated, report)
            promoting = Promoting(opened, Path(scratch), say=report)
            read = logged.read(opened, log, transactions if log is not None else None, on_stage=report)
            candidate, promotion = promoting.judge(model, read, files, Limits())
        if not as_json:
            _show(promotion, read.foreign)
        if promotion.refused:
            promoting.refuse(candidate, promotion)
        elif yes or (not as_json and typer.confirm(f"Bring {promotion.judged.version} live?")):
            with output.progress() as report:
                promoting = Promoting(opened, Path(scratch), say=report)
                promotion = promoting.bring_live(candidate, promotion)
    if as_json:
        output.say_json(promotion.document())
    else:
        _tell(promotion)
    if promotion.refused:
        raise typer.Exit(_REFUSED)


def _files(
    prices: Path | None, transactions: Path | None, simulated: bool, report: "Callable[[str], None]"
) -> "TrainingFiles | None":
    from model.training_files import TrainingFiles

    if prices is not None and transactions is not None:
        return TrainingFiles(prices, transactions)
    if not simulated:
        return None
    from local.simulated import training_files
    from simulator.simulate import simulate

    report("Simulating users over the European Central Bank's prices (the users are made up)")
    return training_files(simulate(SIMULATION))


def _show(promotion: "Promotion", foreign: int) -> None:
    from rich.table import Table

    marks = {"passed": "passed", "refused": "[bold red]refused[/bold red]", "not_asked": "[dim]not asked[/dim]"}
    table = Table("Gate", "", "On", "What was found", box=None, pad_edge=False)
    for gate in promotion.judged.gates:
        table.add_row(gate.name.value, marks[gate.verdict.value], gate.on, gate.says)
    output.show(table)
    if foreign:
        output.say(f"{foreign:,} logged decisions are of another version of the code and were passed over.")


def _tell(promotion: "Promotion") -> None:
    version = promotion.judged.version or "The candidate"
    if promotion.refused:
        output.complain(f"{version} is refused: {', '.join(promotion.refused)}")
    elif promotion.key is None:
        output.say(f"{version} may go live, and did not.")
    elif promotion.configuration is None:
        output.say(f"{version} lies ready as {promotion.key}; the next deployment of the stage makes its endpoint.")
    else:
        output.say(f"{version} is live. `divisa rollback` brings back what was live before.")
