from __future__ import annotations

import pytest

from divisa.domain.errors import InvalidSetting
from local.mappings.clients import clients_from


def test_without_the_laptop_clouds_address_nothing_is_taken_over() -> None:
    with pytest.raises(InvalidSetting, match="AWS_ENDPOINT_URL"):
        clients_from({"AWS_ACCESS_KEY_ID": "real"})
