"""The API: one use case for each concern, built when its first request comes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from divisa.bootstrap.shared import tables_of

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.settings import ApiSettings


@cache
def tables(settings: ApiSettings) -> Tables:
    """The stage's tables, on one connection for all use cases of the function."""
    return tables_of(settings)
