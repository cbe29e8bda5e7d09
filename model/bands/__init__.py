"""Exact decision bands of a boosted ensemble: what the model says now, and until which price that stays true.

`flatten` turns a fitted scikit-learn classifier into arrays, once; `bands` answers for a batch of users. The package
imports nothing but numpy, numba and scikit-learn, and only itself by relative imports, so that it runs as `model.bands`
here and as `bands` beside `inference.py` in the artefact.

    trees     reads scikit-learn's internals, behind a checked version
    ensemble  the trees as masks of leaves, one bit a leaf
    kernel    the compiled search: piece by piece, until the decision may flip
    masks     its loops over all trees at once
    events    its last step: the changes within a piece, one by one
    decision  what scores decide, and whether a range of them can change it
    cuts      where a feature reaches a bound
    bits      bits of a word
    compiled  how all of these are compiled, and where the machine code is kept
    search    the batch: types in, probabilities, decisions and bands out
    line      the plain way, for users on whom a rounding could decide
    proof     the comparison with the classifier itself, at load
    rule      probabilities and decision from raw scores
    seen      the ranges of features that a model learned from
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .ensemble import Ensemble, build
from .seen import Seen, ranges_of, seen_of
from .trees import UnusableEnsemble, read_forest
from .users import Users

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from .search import Bands, bands, scores

__all__ = [
    "PRICE_FEATURES",
    "Bands",
    "Ensemble",
    "Seen",
    "UnusableEnsemble",
    "Users",
    "bands",
    "flatten",
    "ranges_of",
    "scores",
    "seen_of",
]

PRICE_FEATURES = 9
"""The model's first so many columns are affine in the log price."""


def flatten(classifier: HistGradientBoostingClassifier, price_features: int = PRICE_FEATURES) -> Ensemble:
    """A fitted classifier of three classes as the arrays that `bands` walks, proved to say the same.

    Raises:
        UnusableEnsemble: it is none whose bands can be told exactly; the message says why.
    """
    from .proof import prove

    ensemble = build(read_forest(classifier), price_features)
    prove(ensemble, classifier)
    return ensemble


def __getattr__(name: str) -> Any:
    """What is compiled, when it is asked for: training reads `rule` alone, where there is no numba to compile with."""
    if name in ("Bands", "bands", "scores"):
        return getattr(import_module(".search", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
