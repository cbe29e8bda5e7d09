"""Keys that are shared with nobody who has no need of them."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """One secret of the stage: named keys, kept together.

    A key that was changed is followed within minutes; a key is never logged nor part of an error.
    """

    def get(self, name: str) -> bytes:
        """The key of a name.

        Raises:
            NotFound: the secret has no key of this name.
            InvalidSetting: there is no such secret, or it is no set of named keys.
            StoreUnavailable: it cannot be read and never was.
        """
