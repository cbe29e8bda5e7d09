"""What the handlers write is caught here as it is in their unit tests."""

from tests.unit.stream_consumers.conftest import context, output

__all__ = ["context", "output"]
