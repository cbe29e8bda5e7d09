"""The one place that reads scikit-learn's internals: a fitted classifier in, its trees as plain arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

KNOWN_VERSIONS = ("1.9.0",)
"""Releases of scikit-learn whose internals are as this module reads them."""
CLASSES = 3
_FIELDS = (
    "value",
    "feature_idx",
    "num_threshold",
    "missing_go_to_left",
    "left",
    "right",
    "is_leaf",
    "is_categorical",
)


class UnusableEnsemble(ValueError):
    """The classifier is none whose decision bands can be told; the message says why."""


class Tree(NamedTuple):
    """One tree; node 0 is its root. A row goes left when its value is missing and `missing_left`, or <= `threshold`.

    Attributes:
        feature: column that a node asks, intp; shape (nodes,) like all.
        threshold: float64, may be infinite.
        missing_left: where a missing value goes, bool.
        left, right: children, intp.
        leaf: whether the node is a leaf, bool; the fields above mean nothing there.
        value: what a leaf adds to the raw score, float64.
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    leaf: NDArray[np.bool_]
    value: NDArray[np.float64]


class Forest(NamedTuple):
    """The trees of a classifier in the order that it sums them up: round by round, one a class.

    Attributes:
        trees: tree i belongs to class i % CLASSES.
        baseline: raw scores before the first tree, float64, shape (CLASSES,).
        columns: number of features.
    """

    trees: tuple[Tree, ...]
    baseline: NDArray[np.float64]
    columns: int


def read_forest(classifier: HistGradientBoostingClassifier) -> Forest:
    """The trees of a fitted classifier.

    Raises:
        UnusableEnsemble: another release of scikit-learn, another kind of model, not fitted, not of three classes,
            with categorical features, or with nodes that are no trees.
    """
    # Whoever has a classifier has imported this already; it takes seconds, which walking arrays does not need.
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier

    if sklearn.__version__ not in KNOWN_VERSIONS:
        raise UnusableEnsemble(f"the internals of scikit-learn {sklearn.__version__} are not known here")
    if not isinstance(classifier, HistGradientBoostingClassifier):
        raise UnusableEnsemble(f"a HistGradientBoostingClassifier is needed, not a {type(classifier).__name__}")
    try:
        rounds, baseline = classifier._predictors, classifier._baseline_prediction
        columns, preprocessor = int(classifier.n_features_in_), classifier._preprocessor
    except AttributeError as error:
        raise UnusableEnsemble(f"the classifier is not fitted, or not as scikit-learn fits it: {error}") from error
    if preprocessor is not None:
        raise UnusableEnsemble("categorical features have no place on a price axis")
    base = np.array(baseline, dtype=np.float64).ravel()
    if len(base) != CLASSES or any(len(trees) != CLASSES for trees in rounds):
        raise UnusableEnsemble(f"the classifier is not of {CLASSES} classes")
    if not np.isfinite(base).all():
        raise UnusableEnsemble("the baseline is not finite")
    trees = tuple(_read_tree(predictor.nodes, columns) for trees in rounds for predictor in trees)
    return Forest(trees, base, columns)


def _read_tree(nodes: NDArray[Any], columns: int) -> Tree:
    absent = set(_FIELDS).difference(nodes.dtype.names or ())
    if absent or not len(nodes):
        raise UnusableEnsemble(f"a tree's nodes lack {', '.join(sorted(absent)) or 'a root'}")
    leaf = nodes["is_leaf"].astype(bool)
    tree = Tree(
        feature=nodes["feature_idx"].astype(np.intp),
        threshold=nodes["num_threshold"].astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(bool),
        left=nodes["left"].astype(np.intp),
        right=nodes["right"].astype(np.intp),
        leaf=leaf,
        value=nodes["value"].astype(np.float64),
    )
    splits = ~leaf
    if nodes["is_categorical"][splits].any():
        raise UnusableEnsemble("categorical splits have no place on a price axis")
    if np.isnan(tree.threshold[splits]).any() or not np.isfinite(tree.value[leaf]).all():
        raise UnusableEnsemble("a tree has a split or a leaf that is no number")
    if ((tree.feature[splits] < 0) | (tree.feature[splits] >= columns)).any():
        raise UnusableEnsemble("a tree splits on a feature that is not there")
    children = np.sort(np.concatenate([tree.left[splits], tree.right[splits]]))
    # Every node but the root is the child of one other, and children come after parents: then it is a tree.
    parents = np.flatnonzero(splits)
    forward = (tree.left[splits] > parents).all() and (tree.right[splits] > parents).all()
    if not forward or not np.array_equal(children, np.arange(1, len(nodes))):
        raise UnusableEnsemble("a tree's nodes do not make a tree")
    return tree
