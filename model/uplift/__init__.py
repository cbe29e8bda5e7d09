"""The effect of a message: a second model that learns it from held-out suggestions, and the Qini that judges it.

Learning runs in the managed scikit-learn image, so this package imports nothing but numpy and scikit-learn.
"""

from model.uplift.fit import UpliftResult, fit_uplift, reported, winner_of

__all__ = ["UpliftResult", "fit_uplift", "reported", "winner_of"]
