"""A session that is overtaken before it first writes to silver, after it was found out between which times to merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake.engines.session import Session


class Overtaken:
    """Acts like a session.

    Args:
        session: what does the work.
        overtake: what happens right before the first row is written.
    """

    def __init__(self, session: Session, overtake: Callable[[], object]) -> None:
        self._session = session
        self._overtake = overtake
        self._is_over = False

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        if statement.startswith(("INSERT", "MERGE")) and not self._is_over:
            self._is_over = True
            self._overtake()
        return self._session.run(statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)
