"""A fitted classifier as flat arrays that compiled code walks: bounds instead of thresholds, masks of leaves for trees.

Every threshold becomes the smallest float64 whose rounding to float32 lies above it, so price features need not be
rounded to be compared; the sorted bounds of a feature cut its axis into bins. The leaves of a tree are bits, numbered
from left to right. For each feature and bin one row of masks says, over all trees at once, which leaves that bin rules
out; the leaves where a user is are what the AND of the rows of its bins leaves over, one bit a tree (the idea of
QuickScorer, Lucchese et al., SIGIR 2015, with the bins of a feature spelt out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .trees import CLASSES, UnusableEnsemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .trees import Forest, Tree

WORD = 32
"""Leaves a word of masks holds; a tree with more takes several words."""
MOST_MASKS = 1 << 28
"""Words of masks (1 GiB) above which an ensemble is refused."""
_LARGEST = float(np.finfo(np.float32).max)


class Ensemble(NamedTuple):
    """What compiled code needs of an ensemble.

    A leaf is the number of its bit: 32 times the word, plus its place there. A split is named by the first leaf on
    its right: every leaf of a tree but the first names one.

    Attributes:
        price_features: the first so many columns are affine in the price.
        bounds: sorted bounds of feature 0, then of feature 1, …; a value >= a bound is on its right.
        first: where each feature's bounds begin in `bounds`, and their end; shape (columns + 1,).
        rising: leaves that a bin leaves over, shape (rows, words). The row of bin b of feature f is
            `first[f] + 2 f + b`; a feature's last row is that of a missing value. For a price feature the leaves
            that are reached from this bin when the price rises; for others those of this bin alone.
        falling: the same for a price that falls; rows of price features only.
        leaves: every leaf there is, shape (words,).
        words: the word where each tree begins, and their end; shape (trees + 1,).
        values: what a leaf adds to the raw score; shape (words · WORD,), like the next ones.
        right_of: splits that have a leaf on their right, as bits of its word, so far as they are named there.
        split_bound: bound of a split.
        split: place of its bound in `bounds`, its feature, its depth, and the leaf after the last one under it.
        baseline: raw scores before the first tree, shape (CLASSES,).
        drift: error that a raw score can gather which is updated step by step.
    """

    price_features: int
    bounds: NDArray[np.float64]
    first: NDArray[np.int64]
    rising: NDArray[np.uint32]
    falling: NDArray[np.uint32]
    leaves: NDArray[np.uint32]
    words: NDArray[np.int64]
    values: NDArray[np.float64]
    right_of: NDArray[np.uint32]
    split_bound: NDArray[np.float64]
    split: NDArray[np.int32]
    baseline: NDArray[np.float64]
    drift: float

    @property
    def trees(self) -> int:
        """Number of trees."""
        return len(self.words) - 1

    @property
    def columns(self) -> int:
        """Number of features."""
        return len(self.first) - 1


class _Split(NamedTuple):
    """One node that asks a feature; leaves are bits of the whole ensemble."""

    feature: int
    bound: float
    missing_left: bool
    depth: int
    left: int
    right: int
    end: int


def bound_of(threshold: float) -> float:
    """The smallest float64 that, rounded to float32, is above a threshold; infinite where none or every number is.

    >>> float(np.float32(bound_of(0.1))) > 0.1, float(np.float32(np.nextafter(bound_of(0.1), -1.0))) > 0.1
    (True, False)
    """
    if threshold >= _LARGEST:
        return np.inf
    if threshold < -_LARGEST:
        return -np.inf
    above = np.float32(threshold)
    if float(above) <= threshold:
        above = np.nextafter(above, np.float32(np.inf))
    below = np.nextafter(above, np.float32(-np.inf))
    middle = (float(below) + float(above)) / 2
    # Halfway between two float32 the even one is taken.
    return middle if float(np.float32(middle)) > threshold else float(np.nextafter(middle, np.inf))


def build(forest: Forest, price_features: int) -> Ensemble:
    """The arrays of a forest whose first `price_features` columns are affine in the price.

    Raises:
        UnusableEnsemble: there are fewer columns than that, or the masks would not fit into memory.
    """
    if not 0 < price_features <= forest.columns:
        raise UnusableEnsemble(f"{price_features} of {forest.columns} columns cannot be price features")
    words = np.zeros(len(forest.trees) + 1, dtype=np.int64)
    words[1:] = np.cumsum([-(-int(tree.leaf.sum()) // WORD) for tree in forest.trees])
    values = np.zeros(int(words[-1]) * WORD)
    exists = np.zeros(len(values), dtype=bool)
    splits: list[_Split] = []
    for word, tree in zip(words[:-1].tolist(), forest.trees, strict=True):
        start = word * WORD
        order = _number_leaves(tree, start, splits)
        values[start : start + len(order)] = tree.value[order]
        exists[start : start + len(order)] = True
    axes = [
        np.array(sorted({s.bound for s in splits if s.feature == f and np.isfinite(s.bound)}), dtype=np.float64)
        for f in range(forest.columns)
    ]
    first = np.concatenate([[0], np.cumsum([len(axis) for axis in axes])]).astype(np.int64)
    rows = int(first[-1]) + 2 * forest.columns
    if rows * int(words[-1]) > MOST_MASKS:
        raise UnusableEnsemble(f"{len(splits)} splits in {words[-1]} words of leaves are more than memory should hold")
    rising = np.empty((rows, int(words[-1])), dtype=np.uint32)
    falling = np.empty((int(first[price_features]) + 2 * price_features, int(words[-1])), dtype=np.uint32)
    for feature, axis in enumerate(axes):
        own = [split for split in splits if split.feature == feature]
        right, left = _masks(own, axis, exists)
        of_feature = slice(int(first[feature]) + 2 * feature, int(first[feature + 1]) + 2 * feature + 2)
        rising[of_feature] = _packed(right if feature < price_features else right & left)
        if feature < price_features:
            falling[of_feature] = _packed(left)
    bounds = np.concatenate(axes)
    right_of = np.zeros(len(values), dtype=np.uint32)
    split_bound = np.zeros(len(values))
    named = np.zeros((len(values), 4), dtype=np.int32)
    for one in splits:
        place = int(first[one.feature] + np.searchsorted(axes[one.feature], one.bound))
        named[one.right] = place, one.feature, one.depth, one.end
        split_bound[one.right] = one.bound
        in_word = slice(one.right, min(one.end, (one.right // WORD + 1) * WORD))
        right_of[in_word] |= np.uint32(1 << one.right % WORD)
    return Ensemble(
        price_features=price_features,
        bounds=bounds,
        first=first,
        rising=rising,
        falling=falling,
        leaves=_packed(exists),
        words=words,
        values=values,
        right_of=right_of,
        split_bound=split_bound,
        split=named,
        baseline=forest.baseline,
        drift=_drift(forest, len(splits)),
    )


def _number_leaves(tree: Tree, start: int, splits: list[_Split]) -> list[int]:
    """Nodes of the leaves from left to right; appends the splits with the leaves on their two sides."""
    order: list[int] = []
    entered: dict[int, int] = {}
    turned: dict[int, int] = {}
    path = [(0, 0, 0)]
    while path:
        node, depth, visit = path.pop()
        if tree.leaf[node]:
            order.append(node)
        elif visit == 0:
            entered[node] = start + len(order)
            path += [(node, depth, 1), (int(tree.left[node]), depth + 1, 0)]
        elif visit == 1:
            turned[node] = start + len(order)
            path += [(node, depth, 2), (int(tree.right[node]), depth + 1, 0)]
        else:
            bound = bound_of(float(tree.threshold[node]))
            sides = (entered[node], turned[node], start + len(order))
            splits.append(_Split(int(tree.feature[node]), bound, bool(tree.missing_left[node]), depth, *sides))
    return order


def _masks(
    splits: list[_Split], axis: NDArray[np.float64], exists: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Leaves that each bin of a feature leaves over, by what it has on its left and by what it has on its right.

    Both of shape (bins + 1, leaves), the last row that of a missing value. Their AND is what the bin itself says.
    """
    bins = len(axis) + 1
    right = np.broadcast_to(exists, (bins + 1, len(exists))).copy()
    left = right.copy()
    for split in splits:
        turn = int(np.searchsorted(axis, split.bound)) + 1
        if np.isinf(split.bound):
            # No price ever gets across, so neither direction may keep the leaves on the other side.
            gone = slice(split.right, split.end) if split.bound > 0 else slice(split.left, split.right)
            right[:bins, gone] = False
            left[:bins, gone] = False
        else:
            right[turn:bins, split.left : split.right] = False
            left[:turn, split.right : split.end] = False
        gone = slice(split.right, split.end) if split.missing_left else slice(split.left, split.right)
        right[bins, gone] = False
        left[bins, gone] = False
    return right, left


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint32]:
    octets = np.packbits(bits, axis=-1, bitorder="little")
    return np.ascontiguousarray(octets).view("<u4").astype(np.uint32)


def _drift(forest: Forest, steps: int) -> float:
    """Bound on the error of a raw score that was updated step by step, against the sum from scratch."""
    largest = np.zeros(CLASSES)
    for number, tree in enumerate(forest.trees):
        largest[number % CLASSES] += np.abs(tree.value[tree.leaf]).max()
    magnitude = float((largest + np.abs(forest.baseline)).max())
    return float(np.finfo(np.float64).eps) * 4.0 * (steps + len(forest.trees) + 16) * (1.0 + magnitude)
