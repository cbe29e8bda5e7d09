"""How functions are compiled: once, to machine code, kept on disk where a folder can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F")


def compiled(signature: Any = None, *, allocates: bool = False) -> Callable[[F], F]:
    """Decorator: compile to machine code, at once for the types of a signature, else when called.

    No fast-math: products and sums round as numpy's do. A function that makes no arrays of its own is compiled without
    the counting of references, which would cost more than all the rest. Without a folder to keep the code in it is
    compiled anew in every process.
    """
    jit: Any = numba.njit
    options = {"nogil": True, "error_model": "numpy", "_nrt": allocates}

    def compile_(function: F) -> F:
        try:
            return cast("F", jit(signature, cache=True, **options)(function))
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            return cast("F", jit(signature, **options)(function))

    return compile_


@intrinsic  # type: ignore[untyped-decorator]
def trailing_zeros(_context: Any, word: Any) -> Any:
    """Zeros below the lowest bit that is set of a uint32, as int64; one machine instruction."""
    return numba.types.int64(word), _counting("cttz")


@intrinsic  # type: ignore[untyped-decorator]
def leading_zeros(_context: Any, word: Any) -> Any:
    """Zeros above the highest bit that is set of a uint32, as int64; one machine instruction."""
    return numba.types.int64(word), _counting("ctlz")


@intrinsic  # type: ignore[untyped-decorator]
def ones(_context: Any, word: Any) -> Any:
    """Bits that are set of a uint32, as int64; one machine instruction."""
    return numba.types.int64(word), _counting("ctpop")


def _counting(instruction: str) -> Callable[..., Any]:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        undefined_for_zero = () if instruction == "ctpop" else (ir.Constant(ir.IntType(1), 1),)
        count = getattr(builder, instruction)(arguments[0], *undefined_for_zero)
        return builder.zext(count, ir.IntType(64))

    return generate
