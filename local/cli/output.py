"""How commands talk: answers on the standard output, progress and complaints on the standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.table import Table


def examples(*pairs: tuple[str, str]) -> str:
    """The end of a help page: commands to try, each with what it does."""
    return "\n\n".join(["[bold]Try[/bold]", *(f"[cyan]{command}[/cyan]  {purpose}" for command, purpose in pairs)])


def show(table: Table) -> None:
    """Print a table."""
    from rich.console import Console

    Console().print(table)


def say(line: str) -> None:
    """Print a line of an answer, as it is."""
    sys.stdout.write(f"{line}\n")


def say_json(answer: Any) -> None:
    """Print an answer that a program reads."""
    say(json.dumps(answer, indent=2, ensure_ascii=False))


def say_dropped(dropped: Mapping[str, int]) -> None:
    """Print how many rows of files were not used, by reason; nothing when all were."""
    if dropped:
        say("Rows not used: " + ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(dropped.items())))


def complain(problem: str) -> None:
    """Print what went wrong: its first line in red, the rest (the end of a log) as it is."""
    from rich.console import Console
    from rich.text import Text

    first, _, rest = problem.partition("\n")
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text(first, style="bold red"))
    if rest:
        console.print(Text(rest, style="dim"))


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Report steps while they happen: a spinner with the step that runs, and a line for each that is done."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    with console.status("", spinner="dots") as spinner:
        current = ""

        def report(line: str) -> None:
            nonlocal current
            if current:
                console.print(f"[dim]·[/dim] {escape(current)}")
            current = line
            spinner.update(escape(line))

        yield report
        if current:
            console.print(f"[dim]·[/dim] {escape(current)}")
