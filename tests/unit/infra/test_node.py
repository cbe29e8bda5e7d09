"""Which Node.js will do."""

from __future__ import annotations

import pytest

from infra.node import supported


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.13.1", "v24.0.0", "v26.1.0"])
def test_a_node_that_osls_supports_is_taken(version: str) -> None:
    assert supported(version)


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.9", "v21.7.0", "v22.12.0", "v23.11.0", "", "not node"])
def test_a_node_that_osls_does_not_support_is_passed_over(version: str) -> None:
    assert not supported(version)
