"""Random numbers by name: each draw is a pure function of the seed, a purpose and integer keys.

A generator with a state gives user 7 other numbers when user 6 is simulated in another chunk. Here the number for
(seed, purpose, user, day) is the same whoever asks, in whatever order. The mixing function is the finaliser of
SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_FLOAT_BITS = 53


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one seed.

    >>> import numpy as np
    >>> everyone = Draws(1).uniform("look", np.arange(5))
    >>> bool(Draws(1).uniform("look", np.array([3]))[0] == everyone[3])
    True
    """

    seed: int

    def uniform(self, purpose: str, *keys: Ints) -> Floats:
        """Numbers in (0, 1), one for each element of the broadcast keys."""
        bits = self._bits(purpose, keys) >> np.uint64(64 - _FLOAT_BITS)
        return (bits.astype(np.float64) + 0.5) * 2.0**-_FLOAT_BITS

    def normal(self, purpose: str, *keys: Ints) -> Floats:
        """Standard normal numbers (Box and Muller), one for each element of the broadcast keys."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(purpose + "/radius", *keys)))
        return np.asarray(radius * np.cos(2.0 * np.pi * self.uniform(purpose + "/angle", *keys)))

    def _bits(self, purpose: str, keys: Sequence[Ints]) -> NDArray[np.uint64]:
        name = hashlib.sha256(f"{self.seed}/{purpose}".encode()).digest()[:8]
        state = np.array([int.from_bytes(name, "big")], dtype=np.uint64)
        for key in keys:
            state = _mix(state + _mix(np.asarray(key, dtype=np.int64).astype(np.uint64) * _GOLDEN + _GOLDEN))
        return state


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))
