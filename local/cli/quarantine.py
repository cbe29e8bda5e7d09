"""`divisa quarantine`."""

import base64
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from divisa.ports import QuarantineEntry

EXAMPLES = output.examples(
    ("divisa quarantine", "how many price events were not believed, by reason, and the newest 20"),
    ("divisa quarantine --reason outlier", "only those of one reason"),
    ("divisa quarantine --json --limit 0", "all of them with their bytes, for a program"),
)

_SHOWN_BYTES = 80


def quarantine(
    reason: Annotated[str | None, typer.Option(help="Only this reason's.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 for all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the price events that were not believed, each with its reason, kept whole."""
    from local import cloud
    from local.stores import open_stores

    entries = list(open_stores(cloud.running()).quarantine.all())
    chosen = [entry for entry in entries if reason is None or entry.reason == reason]
    newest = sorted(chosen, key=lambda entry: (entry.arrived_at, entry.position), reverse=True)
    shown = newest[:limit] if limit else newest
    if as_json:
        output.say_json([_as_json(entry) for entry in shown])
        return
    from rich.markup import escape
    from rich.table import Table

    counts = Table("Reason", "Events", box=None, pad_edge=False)
    for code, events in sorted(Counter(entry.reason for entry in chosen).items()):
        counts.add_row(escape(code), str(events))
    output.show(counts)
    table = Table("Arrived", "Reason", "What was wrong", "Bytes", box=None, pad_edge=False)
    for entry in shown:
        payload = entry.payload[:_SHOWN_BYTES].decode("utf-8", errors="backslashreplace")
        table.add_row(
            f"{entry.arrived_at:%Y-%m-%d %H:%M:%S}", escape(entry.reason), escape(entry.detail), escape(payload)
        )
    output.show(table)
    output.say(f"{len(shown)} of {len(chosen)} events.")


def _as_json(entry: "QuarantineEntry") -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "reason": entry.reason,
        "detail": entry.detail,
        "position": entry.position,
        "arrived_at": entry.arrived_at.isoformat(),
        "payload": base64.b64encode(entry.payload).decode("ascii"),
    }
