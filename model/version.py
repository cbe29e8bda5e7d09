"""Which model it is: a name made of its content, so that another content never goes by the same name."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_LENGTH = 12


def content_of(classifier: bytes, description: Mapping[str, Any]) -> str:
    """Identifies a model: the start of the hash of the stored classifier and of its metadata without the version."""
    content = classifier + json.dumps(description, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:_LENGTH]


def version_of(learned: datetime, content: str) -> str:
    """The version of a model that learned until a day, so that whoever has an answer knows how old it is.

    >>> from datetime import UTC, datetime
    >>> version_of(datetime(2024, 3, 31, tzinfo=UTC), "0f3a9c1b2d4e")
    'hgb-20240331-0f3a9c1b2d4e'
    """
    return f"hgb-{learned:%Y%m%d}-{content}"


def is_version_of(version: str, content: str) -> bool:
    """Whether a version was made of this content."""
    return version.rpartition("-")[2] == content
