"""The model's features: one function each, the same for training and serving.

`price` holds the features that move with the price, each affine in x = log(mid) for a fixed user and market; `state`
those that do not. `matrix` puts them side by side; `question` leaves the price open, for a model that can say until
which price its answer holds. The order of FEATURE_NAMES is the order of the model's columns.
"""

from divisa.domain.features.matrix import (
    FEATURE_HASH,
    FEATURE_NAMES,
    PRICE_FEATURE_NAMES,
    affine_terms,
    feature_matrix,
)
from divisa.domain.features.question import QUESTION_NAMES, Question, question, question_of_rows

__all__ = [
    "FEATURE_HASH",
    "FEATURE_NAMES",
    "PRICE_FEATURE_NAMES",
    "QUESTION_NAMES",
    "Question",
    "affine_terms",
    "feature_matrix",
    "question",
    "question_of_rows",
]
