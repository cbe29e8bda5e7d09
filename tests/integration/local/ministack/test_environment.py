from __future__ import annotations

import pytest

from local.ministack import environment

pytestmark = pytest.mark.integration


def test_an_environment_that_is_there_is_not_made_again() -> None:
    first = environment.python()

    said: list[str] = []
    assert environment.python(say=said.append) == first
    assert not said
