"""A secret in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping


class MemorySecrets:
    """`Secrets` whose keys are given."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)

    def get(self, name: str) -> bytes:
        """The key of a name.

        Raises:
            NotFound: there is none of this name.
        """
        try:
            return self._keys[name]
        except KeyError:
            raise NotFound("the secret has no such key") from None
