"""Settings of what is loaded beside the lake, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from divisa.domain.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECTS: Final = ("postgresql", "mysql")


@dataclass(frozen=True, slots=True)
class RelationalSettings:
    """Which relational database rows are loaded into.

    Attributes:
        relational_url: as SQLAlchemy spells it, for example `postgresql+psycopg://user:password@host/database`. Its
            text, and so that of these settings, hides the password.
    """

    relational_url: URL

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> RelationalSettings:
        """Read and check the settings; `environment` defaults to the process's.

        Raises:
            InvalidSetting: one is missing or wrong; names it, and never repeats it.
        """
        name = "RELATIONAL_URL"
        text = (os.environ if environment is None else environment).get(name)
        if not text:
            raise InvalidSetting(name, "is missing")
        try:
            url = make_url(text)
        except (SQLAlchemyError, ValueError):
            raise InvalidSetting(name, "is no address of a database") from None
        if url.get_backend_name() not in DIALECTS:
            raise InvalidSetting(name, f"is of none of {', '.join(DIALECTS)}")
        return cls(url)
