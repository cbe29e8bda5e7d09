"""`divisa seed`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from local.cli import output
from local.home import SIMULATION

EXAMPLES = output.examples(
    ("divisa seed", "the simulated population of `divisa train`"),
    ("divisa seed --limit 500", "the first 500 of it"),
    ("divisa seed --prices P.csv --transactions T.csv --users U.csv", "your own files"),
)


def seed(
    prices: Annotated[Path, typer.Option(help="CSV: pair,event_time,bid,ask")] = SIMULATION / "prices.csv",
    transactions: Annotated[Path, typer.Option(help="CSV: user_id,event_time,pair,side,quantity,price")] = SIMULATION
    / "transactions.csv",
    users: Annotated[
        Path,
        typer.Option(
            help="CSV: user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair"
        ),
    ] = SIMULATION / "users.csv",
    until: Annotated[
        datetime | None, typer.Option(help="Leave out what happened later (UTC).", show_default="nothing left out")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many users, the first of the file; 0 for all.")] = 0,
    without_model: Annotated[
        bool, typer.Option("--without-model", help="Let every user start undecided; the first quote may tell many.")
    ] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where somebody seeded before.")] = False,
) -> None:
    """Fill the laptop cloud: who the users are, what they hold, how they traded, where the market stood.

    The files are replayed through the same folds that run online.
    Users of the simulation are made up, and so are their numbers and addresses.
    """
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.scorer import SageMakerScorer
    from local import accounts, cloud
    from local.seeding import is_seeded
    from local.seeding import seed as fill
    from local.stores import open_stores

    running = cloud.running()
    stores = open_stores(running)
    if if_empty and is_seeded(stores):
        output.say("Seeded before; nothing done.")
        return
    with output.progress() as report:
        seeded = fill(
            stores,
            prices,
            transactions,
            users,
            until=until and (until if until.tzinfo else until.replace(tzinfo=UTC)),
            limit=limit or None,
            scorer=None
            if without_model
            else SageMakerScorer(clients.sagemaker_runtime(), running.deployment.endpoint_name),
            sign_ins=lambda people: accounts.open_sign_ins(running, people),
            on_stage=report,
        )
    for pair, at in sorted(seeded.as_of.items()):
        output.say(f"{pair}: the market as of {at:%Y-%m-%d %H:%M} UTC")
    output.say(f"{seeded.users:,} users are in the laptop cloud.")
    some = next(iter(accounts.subjects(running)))
    output.say(f"The first of the file can sign in to the API: divisa login {some}")
    output.say_dropped(seeded.dropped)
