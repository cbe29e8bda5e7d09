"""Assign suggestions to the groups of the experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.experiment import arm_of

if TYPE_CHECKING:
    from divisa.domain.experiment import Arm
    from divisa.domain.pair import Pair
    from divisa.ports import Secrets

KEY: Final = "key"
"""Name of the key in the experiment's secret."""


@dataclass(frozen=True, slots=True)
class AssignArm:
    """Draws with the stage's key. Without it nothing is drawn: a guess would spoil the experiment unseen."""

    secrets: Secrets

    def __call__(self, user_id: str, pair: Pair, episode: int, share: float) -> Arm:
        """The group of the suggestion that an episode may make; see `arm_of`.

        Raises:
            NotFound: the secret has no key.
            InvalidSetting: there is no such secret.
            StoreUnavailable: it cannot be read and never was; deciding again is safe.
        """
        return arm_of(self.secrets.get(KEY), user_id, pair, episode, share)
