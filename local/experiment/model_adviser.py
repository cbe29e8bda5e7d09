"""The model as an adviser of the experiment: the artefact's own trees, temperature and training range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack, take
from divisa.domain.features import question
from divisa.domain.market import MarketView
from model.bands.rule import probabilities
from model.bands.search import scores
from model.bands.users import Users

if TYPE_CHECKING:
    from model.inference import Model
    from simulator.draws import Floats
    from simulator.experiment.advisers import Seen


class ModelAdviser:
    """Asks a loaded artefact about everybody who can be told, at the morning's price."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def advise(self, seen: Seen) -> Floats:
        """The calibrated probabilities; 0 of whoever lies outside of what the model has seen, as the policy has it."""
        advice = np.zeros((len(seen.asked), 2))
        rows = np.flatnonzero(seen.asked)
        if not len(rows):
            return advice
        market, model = seen.morning.market, self._model
        asked = question(
            take(BehaviourSummary[Array], seen.summaries, rows),
            stack(MarketView[Array], [market]),
            at=np.array([float(seen.morning.at)]),
            x=np.array([market.log_mid]),
        )
        users = Users(asked.x, asked.slope, asked.intercept, asked.state)
        p = probabilities(scores(model.ensemble, *users), model.temperature)[:, 1:]
        advice[rows] = np.where(model.seen.inside(users.features())[:, None], p, 0.0)
        return advice
