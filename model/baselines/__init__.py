"""What a model has to beat: the simplest things that say how likely a buy and a sell are, from the same 24 features.

All are fitted on the rows of FIT. Who judges a model was in no row of FIT, so a baseline that knew users by name would
know none of them: a user's own rate is told from what the features say of that user's past, as they do of everybody.

    base_rate             the shares of the classes, for everybody
    per_user_rate         the user's own recent rate and lean, drawn towards everybody's
    logistic              multinomial logistic regression on all features
    rate_alert            buy at x % below a reference, sell at x % above it: what people can have today
    moving_average_cross  the quick average of the price above the slow one, or below
"""

from model.baselines.baseline import Baseline
from model.baselines.fitting import fit_baselines

__all__ = ["Baseline", "fit_baselines"]
