"""How functions are compiled: once, to machine code, kept on disk where a folder can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F")


def compiled(signature: Any = None) -> Callable[[F], F]:
    """Decorator: compile to machine code, at once for the types of a signature, else when called.

    No fast-math: products and sums round as numpy's do. Without a folder to keep the code in it is compiled anew in
    every process.
    """

    def compile_(function: F) -> F:
        try:
            return cast("F", numba.njit(signature, nogil=True, error_model="numpy", cache=True)(cast("Any", function)))
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            return cast("F", numba.njit(signature, nogil=True, error_model="numpy")(cast("Any", function)))

    return compile_
