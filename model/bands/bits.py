"""Bits of a word of leaves, counted by one machine instruction each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.extending import intrinsic

from .compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable


def _counting(instruction: str) -> Callable[..., Any]:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        undefined_for_zero = () if instruction == "ctpop" else (ir.Constant(ir.IntType(1), 1),)
        return getattr(builder, instruction)(arguments[0], *undefined_for_zero)

    return generate


def _below(_context: Any, word: Any) -> Any:
    return word(word), _counting("cttz")


def _above(_context: Any, word: Any) -> Any:
    return word(word), _counting("ctlz")


def _ones(_context: Any, word: Any) -> Any:
    return word(word), _counting("ctpop")


bits_below: Any = intrinsic(_below)
"""Number of bits below the lowest one that is set in a word other than 0, in the word's type."""
bits_above: Any = intrinsic(_above)
"""Number of bits above the highest one that is set in a word other than 0, in the word's type."""
ones: Any = intrinsic(_ones)
"""Number of bits that are set in a word, in the word's type."""


@compiled()
def lowest_bit(word: Any) -> Any:
    """Position of the lowest bit that is set in a word other than 0."""
    return np.int64(bits_below(word))
