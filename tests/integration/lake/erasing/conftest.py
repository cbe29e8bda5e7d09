"""Sail is started here as it is for loading."""

from tests.integration.lake.loading.conftest import sail

__all__ = ["sail"]
