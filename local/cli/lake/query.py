"""`divisa lake query`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from lake.queries.catalogue import Query

EXAMPLES = output.examples(
    ("divisa lake query", "which queries there are, and what each wants to be told"),
    ("divisa lake query lift_by_channel", "the answer as a table"),
    (
        "divisa lake query price_by_day -p pair=USD/MXN -p since=2024-01-01 -p until=2024-01-31 --format csv",
        "as CSV, for a spreadsheet",
    ),
    ("divisa lake query rows_by_dataset --format parquet --out rows.parquet", "with its types, for a program"),
)


class Format(StrEnum):
    """What an answer is written as."""

    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"


def query(
    name: Annotated[str | None, typer.Argument(help="Which query; all are listed if none is named.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="What it wants to be told, as name=value.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="What to write the answer as.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="Write into this file.", show_default="the terminal")] = None,
) -> None:
    """Ask the lake a named question by Athena, or list the questions that there are."""
    from divisa.domain.errors import InvalidInput
    from lake.queries.catalogue import named, query_named
    from lake.queries.parameters import literals
    from local import cloud
    from local.lake.asking import asked

    if name is None:
        _list(named())
        return
    given = _given(param or ())
    if format_ is Format.PARQUET and out is None:
        raise InvalidInput("Parquet is no text: say into which file by --out")
    if format_ is Format.TABLE and out is not None:
        raise InvalidInput("a table is for the terminal: say --format csv or parquet")
    literals(query_named(name).parameters, given)
    _write(asked(cloud.running(), name, given), format_, out)


def _list(queries: "Mapping[str, Query]") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("Query", "What it answers", "Parameters", box=None, pad_edge=False)
    for each in queries.values():
        wanted = "\n".join(f"{one.name}={one.example}" for one in each.parameters)
        table.add_row(each.name, escape(each.question), escape(wanted))
    output.show(table)


def _given(pairs: "Sequence[str]") -> dict[str, str]:
    from divisa.domain.errors import InvalidInput

    given: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise InvalidInput(f"`{name}` has no value: write --param {name}=value")
        if name in given:
            raise InvalidInput(f"`{name}` is told twice")
        given[name] = value
    return given


def _write(answer: "pa.Table", format_: Format, out: Path | None) -> None:
    from divisa.domain.errors import InvalidInput
    from lake.queries.results import csv_bytes, parquet_bytes

    if format_ is Format.TABLE:
        _show(answer)
        return
    content = csv_bytes(answer) if format_ is Format.CSV else parquet_bytes(answer)
    if out is None:
        output.say(content.decode().rstrip("\r\n").replace("\r\n", "\n"))
    else:
        try:
            out.write_bytes(content)
        except OSError as error:
            raise InvalidInput(f"{out} cannot be written: {error.strerror}") from error
        output.say(f"{answer.num_rows:,} rows written to {out}.")


def _show(answer: "pa.Table") -> None:
    from rich.markup import escape
    from rich.table import Table

    from lake.queries.results import text

    table = Table(*answer.column_names, box=None, pad_edge=False)
    for row in answer.to_pylist():
        table.add_row(*(escape(text(value)) for value in row.values()))
    output.show(table)
    output.say(f"{answer.num_rows:,} rows.")
