"""`divisa status`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from local.cloud import CloudStatus
    from local.processes import PartStatus

EXAMPLES = output.examples(
    ("divisa status", "a table for people"),
    ("divisa status --json", "the same for programs"),
)

_STYLES = {"running": "green", "stopped": "dim", "crashed": "bold red"}


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show which parts of the laptop cloud run, since when, and where their logs are.

    Exit code 0 if all of them run, 1 if not.
    A part that stopped by itself is shown with the end of its log.
    """
    from local import cloud

    found = cloud.status()
    if as_json:
        output.say_json(_as_json(found))
    else:
        _show(found)
        if found.crash is not None:
            output.complain(str(found.crash))
    raise typer.Exit(0 if found.running else 1)


def _as_json(found: "CloudStatus") -> dict[str, Any]:
    endpoint = found.endpoint
    return {
        "running": found.running,
        "parts": [_part(part) for part in found.parts],
        "endpoint": endpoint
        and {
            "name": endpoint.name,
            "status": endpoint.status,
            "configuration": endpoint.configuration,
            "problem": endpoint.problem,
        },
        "api": found.api_url,
        "crash": None if found.crash is None else str(found.crash),
    }


def _part(part: "PartStatus") -> dict[str, Any]:
    record = part.record
    if record is None:
        return {"name": part.name, "state": part.state}
    return {
        "name": part.name,
        "state": part.state,
        "pid": record.identity.pid,
        "port": record.port,
        "since": record.started_at.isoformat(),
        "log": str(record.log),
    }


def _show(found: "CloudStatus") -> None:
    from rich.table import Table

    table = Table("Part", "State", "Pid", "Port", "Since (UTC)", "Log", box=None, pad_edge=False)
    for part in found.parts:
        record = part.record
        state = f"[{_STYLES[part.state]}]{part.state}[/]"
        if record is None:
            table.add_row(part.name, state)
            continue
        since = f"{record.started_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(part.name, state, str(record.identity.pid), str(record.port or ""), since, _short(record.log))
    if found.endpoint is not None:
        table.add_row("endpoint", found.endpoint.status, "", "", "", found.endpoint.name)
    output.show(table)
    if found.api_url is not None:
        output.say(f"\nThe API answers at {found.api_url}/v1/health")


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
