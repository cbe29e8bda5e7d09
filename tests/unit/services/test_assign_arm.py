from __future__ import annotations

import pytest

from divisa.adapters.memory.secrets import MemorySecrets
from divisa.domain.errors import NotFound
from divisa.domain.experiment import arm_of
from divisa.services.assign_arm import KEY, AssignArm
from tests.builders import USD_MXN

SECRET = b"the key of a stage's experiment"


def test_arms_are_drawn_with_the_stages_key() -> None:
    assign = AssignArm(MemorySecrets({KEY: SECRET}))
    drawn = [assign("ana", USD_MXN, episode, 0.5) for episode in range(50)]
    assert drawn == [arm_of(SECRET, "ana", USD_MXN, episode, 0.5) for episode in range(50)]
    assert len(set(drawn)) == 2


def test_without_a_key_nobody_is_drawn() -> None:
    with pytest.raises(NotFound):
        AssignArm(MemorySecrets({}))("ana", USD_MXN, 1, 0.05)
