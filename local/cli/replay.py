"""`divisa replay`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output
from local.home import SIMULATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.errors import InvalidRow
    from divisa.domain.quote import Quote

EXAMPLES = output.examples(
    ("divisa replay", "the five days after what the cloud knows, four hours a second"),
    ("divisa replay --days 20 --speed 43200", "twenty days, twelve hours a second"),
    ("divisa replay --prices P.csv", "your own prices"),
)


def replay(
    prices: Annotated[
        Path | None,
        typer.Option(help="CSV: pair,event_time,bid,ask", show_default="the central bank's, bridged"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of prices.")] = 5,
    speed: Annotated[float, typer.Option(min=1.0, max=1e6, help="Replayed seconds in a second.")] = 14_400.0,
) -> None:
    """Publish past prices to Kinesis, each at its moment on the replay's clock.

    It goes on where the cloud's newest price ends, so it can be interrupted and called again.
    Prices that the cloud has seen are skipped; sent again anyway, they would end in quarantine and change nothing.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from divisa.adapters.aws import clients
    from local import cloud, upcoming
    from local.replaying import replay as publish
    from local.stores import open_stores

    running = cloud.running()
    stores = open_stores(running)
    newest = upcoming.newest_quotes(stores)
    dropped: Counter[str] = Counter()

    def reject(problem: "InvalidRow") -> None:
        dropped[problem.reason] += 1

    if prices:
        quotes = upcoming.from_file(prices, newest, days, on_reject=reject)
    else:
        quotes = upcoming.simulated(SIMULATION, newest, days)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("quotes")
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task("", total=len(quotes))

        def show(published: "Sequence[Quote]") -> None:
            quote = published[-1]
            bar.update(task, advance=len(published), description=f"{quote.event_time:%Y-%m-%d %H:%M} UTC")

        done = publish(
            quotes,
            stores.stream,
            clients.ssm(),
            running.deployment.clock_parameter_name,
            speed=speed,
            on_quotes=show,
        )
    output.say_dropped(dropped)
    output.say(f"{done.quotes:,} quotes published. See `divisa suggestions` and `divisa inbox`.")
