from __future__ import annotations

import pytest

from tests.unit.lake.storage.behaviour import ObjectsBehaviour


@pytest.mark.integration
class TestS3(ObjectsBehaviour):
    """Objects in a bucket, which holds to the same."""
