"""A lake that dies right before it changes something for the n-th time.

To die behind a change is to die before the next one, and to die before a look at something is to die behind the change
that came before it: so these are all the moments at which there is a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOKS: Final = {"uri", "listed", "find", "read", "fetch", "file", "name"}
"""Calls that leave the lake as it is."""
_VIEW: Final = "CREATE OR REPLACE TEMPORARY VIEW"


class Died(BaseException):
    """The process is no more: nothing in it may catch this."""


class Fuse:
    """Burns through at the n-th change of all that go through it, counted from 0; None for none."""

    def __init__(self, at: int | None = None) -> None:
        self.changes = 0
        self._at = at

    def around(self, thing: Any) -> Any:
        """The same thing with all of its methods going through the fuse."""
        return _Fused(thing, self)

    def call(self, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if method.__name__ not in _LOOKS and not str(args[0]).startswith(("SELECT", _VIEW)):
            number, self.changes = self.changes, self.changes + 1
            if number == self._at:
                raise Died
        return method(*args, **named)


class _Fused:
    def __init__(self, thing: Any, fuse: Fuse) -> None:
        self._thing = thing
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._thing, name)
        return lambda *args, **named: self._fuse.call(method, *args, **named)
