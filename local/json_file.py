"""JSON files that other processes read while they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def replace_json(path: Path, content: Any, *, private: bool = False) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of it.

    Args:
        path: the file.
        content: what JSON can say.
        private: only its owner may read the file.
    """
    draft = path.with_suffix(".tmp")
    if private:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)
