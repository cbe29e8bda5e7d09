"""The model's features: one function each, the same for training and serving.

`price` holds the features that move with the price, each affine in x = log(mid) for a fixed user and market; `state`
those that do not. `matrix` puts them side by side. The order of FEATURE_NAMES is the order of the model's columns.
"""

from divisa.domain.features.matrix import (
    FEATURE_HASH,
    FEATURE_NAMES,
    PRICE_FEATURE_NAMES,
    affine_terms,
    feature_matrix,
)

__all__ = ["FEATURE_HASH", "FEATURE_NAMES", "PRICE_FEATURE_NAMES", "affine_terms", "feature_matrix"]
