"""`divisa lake quarantine`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output

if TYPE_CHECKING:
    from lake.loading.setting_aside import SetAside

EXAMPLES = output.examples(
    ("divisa lake quarantine shop_orders", "why rows were set aside, and the first of them"),
    ("divisa lake quarantine shop_orders --to repair.csv", "write them out, to be repaired in an editor"),
    ("divisa lake quarantine shop_orders --from repair.csv", "hand the repaired rows in"),
)
_SHOWN_BYTES = 100


def quarantine(
    dataset: Annotated[str, typer.Argument(help="Whose rows; `unknown` for files that are of no dataset.")],
    limit: Annotated[int, typer.Option(min=0, help="Show at most so many; 0 for all.")] = 20,
    to: Annotated[Path | None, typer.Option(help="Write the rows into this file.", show_default=False)] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="Hand in the rows of this file.", show_default=False)
    ] = None,
) -> None:
    """Show the rows of a dataset that were set aside, with their reasons; write them out, and hand them in repaired.

    What is handed in is a file of its own, which the next run takes up. The rows that it repairs stay in quarantine, as
    part of the file that they came in.
    """
    from divisa.domain.errors import InvalidInput
    from lake.contract.reading import contracts
    from lake.loading.load import UNKNOWN
    from lake.loading.setting_aside import hand_in_again, set_aside, to_repair
    from local import cloud
    from local.lake.runs import open_objects

    contract = contracts().get(dataset)
    if contract is None and (dataset != UNKNOWN or to or from_):
        raise InvalidInput(f"there is no dataset {dataset}; there are {', '.join(contracts())}")
    with open_objects(cloud.running()) as objects:
        if from_ is not None:
            try:
                content = from_.read_bytes()
            except OSError as error:
                raise InvalidInput(f"{from_} cannot be read: {error.strerror}") from error
            output.say(f"Landed as {hand_in_again(objects, dataset, content)}; the next run takes it up.")
        elif to is not None and contract is not None:
            to.write_bytes(to_repair(contract, set_aside(objects, dataset)))
            output.say(f"Written to {to}.")
        else:
            _show(list(set_aside(objects, dataset)), limit)


def _show(rows: "list[SetAside]", limit: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    counts = Table("Reason", "Rows", box=None, pad_edge=False)
    for reason, number in sorted(Counter(row.reasons[0] for row in rows).items()):
        counts.add_row(escape(reason), f"{number:,}")
    output.show(counts)
    shown = rows[:limit] if limit else rows
    table = Table("File", "Line", "What is wrong", "Bytes", box=None, pad_edge=False)
    for row in shown:
        raw = row.raw[:_SHOWN_BYTES].decode("utf-8", errors="backslashreplace").rstrip("\r\n")
        table.add_row(escape(row.load.name), str(row.line), escape("; ".join(row.says)), escape(raw))
    output.show(table)
    output.say(f"{len(shown)} of {len(rows)} rows.")
