"""Which user-days are kept of very many: by a hash of each one's own name, so that none depends on another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from divisa.domain.pair import Pair

_STEP, _MIX_1, _MIX_2 = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Choice:
    """A random sample that is the same whatever else there is to choose from.

    What a smaller share keeps, a larger one keeps as well.

    Attributes:
        share: probability with which each is kept.
        seed: another seed keeps others.
    """

    share: float
    seed: int

    def bases(self, owners: Sequence[tuple[str, Pair]]) -> NDArray[np.uint64]:
        """What is to be known of owners to choose among their moments, shape (owners,)."""
        names = (f"{self.seed}\n{pair}\n{user}".encode() for user, pair in owners)
        digests = b"".join(hashlib.blake2b(name, digest_size=8).digest() for name in names)
        return np.frombuffer(digests, dtype="<u8")

    def keeps(self, bases: NDArray[np.uint64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which moments are kept, shape (n,).

        Args:
            bases: of each moment's owner, shape (n,).
            at: the moments, microseconds since 1970 UTC, shape (n,).

        The mixing is SplitMix64's (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
        """
        if self.share >= 1.0:
            return np.ones(len(at), dtype=np.bool_)
        x = bases + at.astype(np.uint64) * _STEP
        x = (x ^ (x >> np.uint64(30))) * _MIX_1
        x = (x ^ (x >> np.uint64(27))) * _MIX_2
        x ^= x >> np.uint64(31)
        return np.asarray(x < np.uint64(int(self.share * 2**64)))
