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
STRIDE = 16
"""Rows of masks are padded to multiples of so many words, two of which the vector units of a core take in a go."""
LARGEST_SUM = 2.0**30
"""What sums of grades stay below, so that they fit into 32 bits."""
LINE = 16
"""Words in a line of cache."""
MOST_MASKS = 1 << 28
"""Words of masks (1 GiB) above which an ensemble is refused."""
_LARGEST = float(np.finfo(np.float32).max)


class Ensemble(NamedTuple):
    """What compiled code needs of an ensemble.

    A leaf is its tree's first word times 32, plus its place among the tree's leaves from left to right. A split is
    named by the first leaf on its right: every leaf of a tree but the first names one. In masks the leaves of a tree
    are in the order of their values instead, so that the lowest and the highest bit tell the least and the most that a
    tree can add.

    Attributes:
        price_features: the first so many columns are affine in the price.
        bounds: sorted bounds of feature 0, then of feature 1, …; a value >= a bound is on its right.
        first: where each feature's bounds begin in `bounds`, and their end; shape (columns + 1,).
        ladder: the same bounds, a row a feature, filled up with infinity to a power of two less one.
        rising: leaves that a bin leaves over, shape (rows, padded words). The row of bin b of feature f is
            `first[f] + 2 f + b`; a feature's last row is that of a missing value. For a price feature the leaves
            that are reached from this bin when the price rises; for others those of this bin alone.
        falling: the same for a price that falls; rows of price features only.
        leaves: every leaf there is, shape (padded words,).
        words: the word where each tree begins, and their end; shape (trees + 1,). First all trees of class 0 in the
            order of their rounds, then those of class 1, …
        ranked: what the leaf of each bit of a mask adds to the raw score; shape (padded words · WORD,), like the next.
        grades: the same over `grade`, rounded: integers can be summed up in any order, many at a time.
        leaf_of: the leaf of each bit of a mask.
        values: what a leaf adds to the raw score.
        right_of: splits that have a leaf on their right, as bits of its word, so far as they are named there.
        split_bound: bound of a split.
        split: place of its bound in `bounds`, its feature, its depth, and the leaf after the last one under it.
        baseline: raw scores before the first tree, shape (CLASSES,).
        grade: unit of `grades`.
        drift: error that a raw score can gather which is updated step by step.
    """

    price_features: int
    bounds: NDArray[np.float64]
    first: NDArray[np.int64]
    ladder: NDArray[np.float64]
    rising: NDArray[np.uint32]
    falling: NDArray[np.uint32]
    leaves: NDArray[np.uint32]
    words: NDArray[np.int64]
    ranked: NDArray[np.float64]
    grades: NDArray[np.int32]
    leaf_of: NDArray[np.int64]
    values: NDArray[np.float64]
    right_of: NDArray[np.uint32]
    split_bound: NDArray[np.float64]
    split: NDArray[np.int32]
    baseline: NDArray[np.float64]
    grade: float
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
    trees = [tree for number in range(CLASSES) for tree in forest.trees[number::CLASSES]]
    words = np.zeros(len(trees) + 1, dtype=np.int64)
    words[1:] = np.cumsum([-(-int(tree.leaf.sum()) // WORD) for tree in trees])
    padded = -(-int(words[-1]) // STRIDE) * STRIDE
    values = np.zeros(padded * WORD)
    exists = np.zeros(len(values), dtype=bool)
    leaf_of = np.arange(len(values))
    splits: list[_Split] = []
    for word, tree in zip(words[:-1].tolist(), trees, strict=True):
        start = word * WORD
        order = _number_leaves(tree, start, splits)
        values[start : start + len(order)] = tree.value[order]
        exists[start : start + len(order)] = True
        leaf_of[start : start + len(order)] = start + np.argsort(tree.value[order], kind="stable")
    axes = [
        np.array(sorted({s.bound for s in splits if s.feature == f and np.isfinite(s.bound)}), dtype=np.float64)
        for f in range(forest.columns)
    ]
    first = np.concatenate([[0], np.cumsum([len(axis) for axis in axes])]).astype(np.int64)
    rows = int(first[-1]) + 2 * forest.columns
    if rows * padded > MOST_MASKS:
        raise UnusableEnsemble(f"{len(splits)} splits in {padded} words of leaves are more than memory should hold")
    rising = _aligned(rows, padded)
    falling = _aligned(int(first[price_features]) + 2 * price_features, padded)
    for feature, axis in enumerate(axes):
        own = [split for split in splits if split.feature == feature]
        right, left = _masks(own, axis, exists)
        of_feature = slice(int(first[feature]) + 2 * feature, int(first[feature + 1]) + 2 * feature + 2)
        rising[of_feature] = _packed((right if feature < price_features else right & left)[:, leaf_of])
        if feature < price_features:
            falling[of_feature] = _packed(left[:, leaf_of])
    bounds = np.concatenate(axes)
    ranked = values[leaf_of]
    magnitude = _magnitude(forest)
    grade = (1.0 + magnitude) / LARGEST_SUM
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
        ladder=_ladder(axes),
        rising=rising,
        falling=falling,
        leaves=_packed(exists),
        words=words,
        ranked=ranked,
        grades=np.rint(ranked / grade).astype(np.int32),
        leaf_of=leaf_of,
        values=values,
        right_of=right_of,
        split_bound=split_bound,
        split=named,
        baseline=forest.baseline,
        grade=grade,
        drift=float(np.finfo(np.float64).eps) * 4.0 * (len(splits) + len(trees) + 16) * (1.0 + magnitude),
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


def _aligned(rows: int, words: int) -> NDArray[np.uint32]:
    """Room for masks that begins with a line of the processor's cache, so that no vector lies across two."""
    room = np.empty(rows * words + LINE, dtype=np.uint32)
    begin = -(room.ctypes.data // room.itemsize) % LINE
    return room[begin : begin + rows * words].reshape(rows, words)


def _ladder(axes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    longest = max(len(axis) for axis in axes)
    ladder = np.full((len(axes), (1 << longest.bit_length()) - 1), np.inf)
    for row, axis in zip(ladder, axes, strict=True):
        row[: len(axis)] = axis
    return ladder


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint32]:
    octets = np.packbits(bits, axis=-1, bitorder="little")
    return np.ascontiguousarray(octets).view("<u4").astype(np.uint32)


def _magnitude(forest: Forest) -> float:
    """What no raw score exceeds, nor any sum on the way to it."""
    largest = np.zeros(CLASSES)
    for number, tree in enumerate(forest.trees):
        largest[number % CLASSES] += np.abs(tree.value[tree.leaf]).max()
    return float((largest + np.abs(forest.baseline)).max())
