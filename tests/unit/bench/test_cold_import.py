from __future__ import annotations

import pytest

from bench.cold_import import ENVIRONMENT, HANDLERS
from divisa import bootstrap, settings


@pytest.mark.parametrize("handler", sorted(HANDLERS))
def test_each_handler_has_the_settings_that_it_is_wired_with(handler: str) -> None:
    wire, name = HANDLERS[handler]
    assert callable(getattr(bootstrap, wire))
    assert getattr(settings, name).from_environment(ENVIRONMENT).stage == "bench"
