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
        text = _text(name, environment)
        try:
            url = make_url(text)
        except (SQLAlchemyError, ValueError):
            raise InvalidSetting(name, "is no address of a database") from None
        if url.get_backend_name() not in DIALECTS:
            raise InvalidSetting(name, f"is of none of {', '.join(DIALECTS)}")
        return cls(url)


@dataclass(frozen=True, slots=True)
class RedshiftSettings:
    """Which warehouse rows are loaded into.

    Attributes:
        redshift_database: the name of the database.
        redshift_workgroup: the name of the workgroup of Redshift Serverless that has it.
        redshift_copy_role_arn: as whom Redshift reads the files that it loads.
        redshift_seconds: how long a load may take before it is given up.
    """

    redshift_database: str
    redshift_workgroup: str
    redshift_copy_role_arn: str
    redshift_seconds: float = 900.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> RedshiftSettings:
        """Read and check the settings; `environment` defaults to the process's.

        Raises:
            InvalidSetting: one is missing; names it.
        """
        return cls(
            redshift_database=_text("REDSHIFT_DATABASE", environment),
            redshift_workgroup=_text("REDSHIFT_WORKGROUP", environment),
            redshift_copy_role_arn=_text("REDSHIFT_COPY_ROLE_ARN", environment),
        )


def _text(name: str, environment: Mapping[str, str] | None) -> str:
    text = (os.environ if environment is None else environment).get(name)
    if not text:
        raise InvalidSetting(name, "is missing")
    return text
