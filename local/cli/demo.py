"""`divisa demo`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType

    from divisa.domain.evaluation import Watch
    from divisa.domain.quote import Quote
    from local.customer import Visit
    from local.inbox import InboxMessage

EXAMPLES = output.examples(
    ("divisa demo", "the whole main job, in about two minutes"),
    ("divisa demo --days 3 --users 200", "a shorter one"),
    ("divisa demo --json", "only the report, for a program"),
)

_SHOWN = 6
_SAMPLES = 3


def demo(
    users: Annotated[int, typer.Option(min=1, help="How many of the simulated users live in the laptop cloud.")] = 500,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of prices after the end of training.")] = 10,
    speed: Annotated[float, typer.Option(min=1.0, max=1e6, help="Replayed seconds in a second.")] = 14_400.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Run the main job from end to end: real prices become messages, through the whole cloud, on this machine.

    Simulates users and trains the model, starts a laptop cloud of its own, replays days that the model has not seen,
    shows prices and messages as they come, holds every suggestion against the inboxes, and stops everything.
    The report is also written to .local/demo.json. The users are simulated; nothing leaves this machine.
    Exits with 1 when a message was lost.
    """
    from rich.console import Console

    from local.demo import Plan, run

    console = Console(stderr=True)
    view = LiveView(console)
    with view:
        report = run(view, Plan(users, days, speed))
    if as_json:
        output.say_json(report)
    else:
        show_summary(report, view.messages)
    if report["lost"]:
        raise typer.Exit(1)


class LiveView:
    """Steps above, and below them, while prices run, the newest price of each pair and the newest messages."""

    def __init__(self, console: "Console") -> None:
        from rich.live import Live

        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._prices: dict[str, Quote] = {}
        self.messages: list[InboxMessage] = []

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def stage(self, text: str) -> None:
        """A step begins: a line above."""
        from rich.markup import escape

        self._console.print(f"[dim]·[/dim] {escape(text)}", highlight=False)

    def trained(self, metrics: dict[str, Any]) -> None:
        """The model's figures: a line above."""
        self.stage(
            f"Log loss {metrics['log_loss']:.4f}; the base rate's {metrics['base_rate_log_loss']:.4f}, "
            f"the simulator's own {metrics['oracle_log_loss']:.4f}"
        )

    def priced(self, quotes: "Sequence[Quote]") -> None:
        """The newest price of each pair."""
        # A new dictionary: messages are shown from another thread, which may be reading the old one.
        self._prices = self._prices | {str(quote.pair): quote for quote in quotes}
        self._live.update(self._table())

    def received(self, messages: "Sequence[InboxMessage]") -> None:
        """The newest messages; may be called from another thread."""
        self.messages.extend(messages)
        self._live.update(self._table())

    def traded(self, visit: "Visit") -> None:
        """What somebody bought, and what followed: lines above."""
        from local.cli.trade import in_words

        self.stage(f"Meanwhile {visit.person} signs in and buys over the API")
        for line in [*in_words(visit.trade), _followed(visit)]:
            self.stage(f"  {line}")

    def _table(self) -> "RenderableType":
        from rich.markup import escape
        from rich.table import Table

        prices = "   ".join(f"{pair} {quote.mid:.4f}" for pair, quote in sorted(self._prices.items()))
        newest = max((quote.event_time for quote in self._prices.values()), default=None)
        title = f"{newest:%Y-%m-%d %H:%M} UTC   {prices}   {len(self.messages)} messages" if newest else ""
        table = Table(title=title, title_justify="left", expand=True)
        table.add_column("To", no_wrap=True)
        table.add_column("Message")
        for message in _newest(self.messages, _SHOWN):
            table.add_row(escape(message.masked().to), escape(_words(message)))
        return table


def show_summary(report: dict[str, Any], messages: "Sequence[InboxMessage]") -> None:
    """Print a report's figures and some of the messages."""
    from rich.table import Table

    delivered, waited, model = report["delivered"], report["quote_to_inbox_ms"], report["model"]
    asked = report["evaluations"]
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("quotes", f"{report['quotes']:,}")
    table.add_row(
        "evaluations of a user at a price", f"{asked['broken']:,} broken watches, {asked['refreshed']:,} old ones"
    )
    table.add_row("everyone at every quote would be", f"{asked['everyone']:,}")
    table.add_row("suggestions let out", f"{report['suggestions']:,}")
    table.add_row(
        "delivered",
        f"{delivered['push']:,} notifications, {delivered['email']:,} emails, {delivered['sms']:,} SMS",
    )
    table.add_row("held back", _by_reason(report["suppressed"]))
    table.add_row("not sent", _by_reason(report["unsent"]))
    bought = report["trade"]
    table.add_row(
        "bought over the API while prices ran",
        f"{bought['quantity']} of {bought['pair']} at {bought['price']}, in the summary and the watch after "
        f"{bought['seconds_until_both']:.1f} s",
    )
    table.add_row("price events in quarantine", f"{report['quarantined']:,}")
    table.add_row("lost", f"{report['lost']:,}")
    if waited["p50"] is not None:
        table.add_row("from quote to inbox", f"{waited['p50']:,.0f} ms median, {waited['p99']:,.0f} ms p99")
    table.add_row(
        "model, log loss",
        f"{model['log_loss']:.4f} (base rate {model['base_rate_log_loss']:.4f}, "
        f"ceiling {model['oracle_log_loss']:.4f}), calibration error {model['ece']:.4f}",
    )
    table.add_row("took", f"{report['seconds']:.0f} s")
    output.show(table)
    output.say("")
    for message in _newest(messages, _SAMPLES):
        output.say(f"{message.channel.value} to {message.masked().to}: {_words(message)}")
    output.say("\nThe users are simulated; the daily prices are the European Central Bank's, bridged in between.")
    output.say("The report is in .local/demo.json.")


def _followed(visit: "Visit") -> str:
    """What a trade changed besides the portfolio."""
    found, made = visit.consequences, visit.trade.transaction
    if found.folded < made.sequence or found.after is None:
        return f"After {found.seconds:.0f} s it is not in the behaviour summary, or the watch was not evaluated again."
    return (
        f"{found.seconds:.1f} s later entry {made.sequence} is in the behaviour summary, and the watch was evaluated "
        f"again: {_watched(found.before)} before, {_watched(found.after)} now."
    )


def _watched(watch: "Watch | None") -> str:
    """The prices at which there is nothing new to say to somebody."""
    from math import exp, isfinite

    if watch is None or watch.band.lower > watch.band.upper:
        return "no band"
    lower, upper = (f"{exp(edge):,.4f}" if isfinite(edge) else "" for edge in (watch.band.lower, watch.band.upper))
    return f"{watch.decision.name} from {lower or 'any price'} to {upper or 'any price'}"


def _newest(messages: "Sequence[InboxMessage]", count: int) -> "list[InboxMessage]":
    """The newest messages, so many of each channel."""
    from divisa.domain.recipient import Channel

    return [each for channel in Channel for each in [m for m in messages if m.channel is channel][-count:]]


def _words(message: "InboxMessage") -> str:
    """What a message says in one paragraph: side, amount, price and reason; of an email, without its frame."""
    return message.text if message.subject is None else " ".join(message.text.split("\n\n")[1:3])


def _by_reason(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {reason}" for reason, number in counts.items()) or "none"
