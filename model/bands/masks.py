"""What masks leave over, and the raw scores of the leaves left over: loops that run over all trees at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .bits import bits_above, bits_below, lowest_bit, ones
from .compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .ensemble import Ensemble

Array: TypeAlias = "NDArray[Any]"


@compiled()
def both(one: Array, two: Array, out: Array) -> None:
    """The AND of two masks."""
    for w in range(len(out)):
        out[w] = one[w] & two[w]


@compiled()
def leave_over(source: Array, masks: Array, rows: Array, count: Any, out: Array) -> None:
    """The AND of some leaves and the first so many rows of masks into `out`.

    Five at a time, or all in one go when they are not many more, as the features that move with the price are.
    """
    last = count - 1
    if count == 0:
        both(source, source, out)
    elif 5 < count < 10:
        one, two, three, four, five = masks[rows[0]], masks[rows[1]], masks[rows[2]], masks[rows[3]], masks[rows[4]]
        six, seven, eight = masks[rows[5]], masks[rows[min(6, last)]], masks[rows[min(7, last)]]
        nine = masks[rows[last]]
        for w in range(len(out)):
            first = source[w] & one[w] & two[w] & three[w] & four[w]
            out[w] = first & five[w] & six[w] & seven[w] & eight[w] & nine[w]
    else:
        for k in range(0, count, 5):
            one, two, three = masks[rows[k]], masks[rows[min(k + 1, last)]], masks[rows[min(k + 2, last)]]
            four, five = masks[rows[min(k + 3, last)]], masks[rows[min(k + 4, last)]]
            if k == 0:
                for w in range(len(out)):
                    out[w] = source[w] & one[w] & two[w] & three[w] & four[w] & five[w]
            else:
                for w in range(len(out)):
                    out[w] &= one[w] & two[w] & three[w] & four[w] & five[w]


@compiled()
def total(e: Ensemble, reach: Array, raw: Array) -> None:
    """Sums over the leaf left over of each tree, in scikit-learn's own order: the same to the last bit."""
    words, ranked, rounds = e.words, e.ranked, (len(e.words) - 1) // 3
    hold, buy, sell = e.baseline[0], e.baseline[1], e.baseline[2]
    for r in range(rounds):
        hold += ranked[leaf_in(words, reach, r)]
        buy += ranked[leaf_in(words, reach, rounds + r)]
        sell += ranked[leaf_in(words, reach, 2 * rounds + r)]
    raw[0], raw[1], raw[2] = hold, buy, sell


@compiled()
def leaf_in(words: Array, reach: Array, tree: Any) -> Any:
    """The first of a tree's bits that are left over."""
    w = words[tree]
    while reach[w] == 0:
        w += 1
    return 32 * w + lowest_bit(reach[w])


@compiled()
def within(e: Ensemble, reach: Array, low: Array, high: Array) -> None:
    """Raw scores surely lie from `low` to `high`, whichever of the leaves left over is taken."""
    words, rounds = e.words, (len(e.words) - 1) // 3
    off = e.grade * (0.5 * rounds + 1.0) + e.drift
    for c in range(3):
        begin, end = words[c * rounds], words[(c + 1) * rounds]
        found, grades = reach[begin:end], e.grades[32 * begin : 32 * end]
        least, most = np.int32(0), np.int32(0)
        if end - begin == rounds:
            # A word a tree is the rule. Without signs and branches this is done for many trees at once.
            for w in range(len(found)):
                bit = np.uint64(w) * np.uint64(32)
                least = np.int32(least + grades[bit + np.uint64(bits_below(found[w]))])
                most = np.int32(most + grades[bit + np.uint64(31) - np.uint64(bits_above(found[w]))])
        else:
            for t in range(c * rounds, (c + 1) * rounds):
                least = np.int32(least + e.grades[leaf_in(words, reach, t)])
                w = words[t + 1] - 1
                while reach[w] == 0:
                    w -= 1
                most = np.int32(most + e.grades[32 * w + 31 - np.int64(bits_above(reach[w]))])
        low[c] = e.baseline[c] + e.grade * least - off
        high[c] = e.baseline[c] + e.grade * most + off


@compiled()
def pairs(reach: Array, trees: Any) -> Any:
    """Leaves left over, but for one a tree."""
    found = 0
    for w in range(len(reach)):
        found += ones(reach[w])
    return found - trees
