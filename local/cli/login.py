"""`divisa login`."""

from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa login sim-000000", "sign in as the first user of the simulation"),
    ("divisa login sim-000000 --token", "print the access token, for curl and the like"),
)


def login(
    user: Annotated[str, typer.Argument(help="Whose sign-in; `divisa seed` makes some.", show_default=False)],
    print_token: Annotated[bool, typer.Option("--token", help="Print the access token and nothing else.")] = False,
) -> None:
    """Sign in to the API as a user, for the commands that follow.

    The laptop's user pool gives a real token, which is kept for an hour where only you can read it.
    """
    from local import accounts, cloud

    found = accounts.login(cloud.running(), user)
    if print_token:
        typer.echo(found.token)
        return
    output.say(f"Signed in as {user} until {found.expires_at:%H:%M} UTC. The API knows {user} as {found.subject}.")
