"""Which commands there are. A new one is a new module with its function, and a line here."""

from __future__ import annotations

import typer

from local.cli import (
    cost,
    demo,
    down,
    evaluate,
    experiment,
    explain,
    inbox,
    lift,
    login,
    promote,
    quarantine,
    redrive,
    replay,
    replay_decision,
    retrain,
    rollback,
    seed,
    settle,
    status,
    suggestions,
    trade,
    train,
    up,
    why,
)
from local.cli.lake.app import app as lake
from local.cli.output import examples

_MODEL = "The model"
_CLOUD = "The laptop cloud"
_MESSAGES = "What comes out"
_API = "What an app does"
_AWS = "On AWS"
_LAKE = "The lake"

app = typer.Typer(
    name="divisa",
    help="Tells each person on a currency platform when the dollar's price is one to buy or to sell at. "
    "Everything here runs on this machine; no account, no keys, nothing leaves it.",
    epilog=examples(
        ("divisa train", "make a model from simulated users, or from your own files"),
        ("divisa up", "start the laptop cloud"),
        ("divisa seed", "fill it with users"),
        ("divisa replay", "publish the next days of prices"),
        ("divisa status", "see what runs, and where its log is"),
        ("divisa inbox --channel sms", "read the messages that went out"),
        ("divisa down", "stop it; its data stay"),
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command(rich_help_panel=_MODEL, epilog=train.EXAMPLES)(train.train)
app.command(rich_help_panel=_MODEL, epilog=retrain.EXAMPLES)(retrain.retrain)
app.command(rich_help_panel=_MODEL, epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.command(rich_help_panel=_MODEL, epilog=experiment.EXAMPLES)(experiment.experiment)
app.command(rich_help_panel=_MODEL, epilog=promote.EXAMPLES)(promote.promote)
app.command(rich_help_panel=_MODEL, epilog=rollback.EXAMPLES)(rollback.rollback)
app.command(rich_help_panel=_CLOUD, epilog=up.EXAMPLES)(up.up)
app.command(rich_help_panel=_CLOUD, epilog=status.EXAMPLES)(status.status)
app.command(rich_help_panel=_CLOUD, epilog=down.EXAMPLES)(down.down)
app.command(rich_help_panel=_CLOUD, epilog=seed.EXAMPLES)(seed.seed)
app.command(rich_help_panel=_CLOUD, epilog=replay.EXAMPLES)(replay.replay)
app.command(rich_help_panel=_MESSAGES, epilog=suggestions.EXAMPLES)(suggestions.suggestions)
app.command(rich_help_panel=_MESSAGES, epilog=why.EXAMPLES)(why.why)
app.command(rich_help_panel=_MESSAGES, epilog=explain.EXAMPLES)(explain.explain)
app.command(rich_help_panel=_MESSAGES, epilog=replay_decision.EXAMPLES)(replay_decision.replay_decision)
app.command(rich_help_panel=_MESSAGES, epilog=inbox.EXAMPLES)(inbox.inbox)
app.command(rich_help_panel=_MESSAGES, epilog=lift.EXAMPLES)(lift.lift)
app.command(rich_help_panel=_MESSAGES, epilog=quarantine.EXAMPLES)(quarantine.quarantine)
app.command(rich_help_panel=_MESSAGES, epilog=redrive.EXAMPLES)(redrive.redrive)
app.command(rich_help_panel=_MESSAGES, epilog=settle.EXAMPLES)(settle.settle)
app.command(rich_help_panel=_MESSAGES, epilog=demo.EXAMPLES)(demo.demo)
app.command(rich_help_panel=_API, epilog=login.EXAMPLES)(login.login)
app.command(rich_help_panel=_API, epilog=trade.BUY_EXAMPLES)(trade.buy)
app.command(rich_help_panel=_API, epilog=trade.SELL_EXAMPLES)(trade.sell)
app.command(rich_help_panel=_AWS, epilog=cost.EXAMPLES)(cost.cost)
app.add_typer(lake, name="lake", rich_help_panel=_LAKE)
