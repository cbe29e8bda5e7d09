"""A job's arguments, read as Glue's own library reads them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


class GlueArgumentError(Exception):
    """An argument that the job asks for was not given."""


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, str]:
    """The values of the arguments that a job asks for; those that it does not ask for are left out.

    Args:
        args: `sys.argv`: the script, then `--NAME value` or `--NAME=value`.
        options: the names of the arguments, without their dashes. Each must have been given.

    Returns:
        Each name with its value, as text.

    Raises:
        GlueArgumentError: one of them is missing, or has no value.

    >>> getResolvedOptions(["silver.py", "--DATASET", "fx_prices", "--other=1"], ["DATASET"])
    {'DATASET': 'fx_prices'}
    """
    parser = _Arguments(allow_abbrev=False, add_help=False)
    for name in options:
        parser.add_argument(f"--{name}", dest=name, required=True)
    known, _ = parser.parse_known_args(list(args[1:]))
    return dict(vars(known))


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)
