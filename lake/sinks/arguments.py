"""By which arguments a job is told of sinks; what they name is opened where it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argparse import ArgumentParser

URL: Final = "url"
"""The field of a secret that has a database's address."""


def add_arguments(parser: ArgumentParser) -> None:
    """Let a job be told of sinks. One that is told by an empty text, or not at all, is not there."""
    told = {
        "RELATIONAL_SECRET": "secret whose field `url` is the relational database's address",
        "REDSHIFT_WORKGROUP": "workgroup of Redshift Serverless that has the warehouse",
        "REDSHIFT_DATABASE": "database of the warehouse",
        "REDSHIFT_COPY_ROLE_ARN": "role as which the warehouse reads the lake",
        "WAREHOUSE_SECRET": "secret whose field `url` is that of a PostgreSQL that stands in for the warehouse",
    }
    for name, about in told.items():
        parser.add_argument(f"--{name}", nargs="?", const="", default="", help=f"{about}; empty: none")
