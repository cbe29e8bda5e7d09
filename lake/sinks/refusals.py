"""What a database says when it cannot or will not, as errors of ours. None repeats a value of a row, or a password."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy.exc import DBAPIError

from divisa.domain.errors import ConcurrentUpdate, InvalidInput, StoreRefused, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAME_KEY: Final = {"UniqueViolation", "DivisionByZero"}
"""The second is how a warehouse, which enforces no key, is made to stop."""


@contextlib.contextmanager
def refusals(table: str) -> Iterator[None]:
    """Errors of SQLAlchemy and of the driver below it, while something is done with a table.

    What a driver says about rows has their values in it, so of such an error only its kind goes on.

    Raises:
        StoreUnavailable: the database did not answer, or broke off: nothing of the transaction was done.
        ConcurrentUpdate: somebody else wrote to the table meanwhile; nothing of the transaction was done.
        InvalidInput: two rows have the same key, or one has a value that the database has no room for.
        StoreRefused: it refused for another reason.
    """
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:  # COPY is the driver's own: SQLAlchemy does not see what it raises
        kinds = {each.__name__ for each in type(error).__mro__}
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        if kind == "SerializationFailure":
            raise ConcurrentUpdate(f"{table}: somebody else wrote to it meanwhile") from error
        if kinds & {"OperationalError", "InterfaceError"}:
            raise StoreUnavailable(f"{table}: the database did not answer ({kind})") from error
        if kind in _SAME_KEY:
            raise InvalidInput(f"{table}: two rows have the same key") from None
        if kinds & {"IntegrityError", "DataError"}:
            raise InvalidInput(f"{table}: a row does not fit into the database ({kind})") from None
        raise StoreRefused(f"{table}: the database refused ({kind})") from None
