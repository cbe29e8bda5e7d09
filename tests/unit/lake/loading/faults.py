"""A lake that dies at its n-th call, before or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Died(BaseException):
    """The process is no more: nothing in it may catch this."""


class Fuse:
    """Burns through at the n-th call of all that go through it, counted from 0.

    Args:
        at: which call; None for none.
        done: whether that call still has its effect.
    """

    def __init__(self, at: int | None = None, *, done: bool = False) -> None:
        self.calls = 0
        self._at = at
        self._done = done

    def around(self, thing: Any) -> Any:
        """The same thing with all of its methods going through the fuse."""
        return _Fused(thing, self)

    def call(self, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        number, self.calls = self.calls, self.calls + 1
        if number == self._at and not self._done:
            raise Died
        out = method(*args, **named)
        if number == self._at:
            raise Died
        return out


class _Fused:
    def __init__(self, thing: Any, fuse: Fuse) -> None:
        self._thing = thing
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._thing, name)
        return lambda *args, **named: self._fuse.call(method, *args, **named)
