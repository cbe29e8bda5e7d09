"""Turn away whoever was erased: their token outlives them by up to an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.erasure import pseudonym_of
from divisa.domain.errors import Refused

if TYPE_CHECKING:
    from divisa.ports import Erasures, Secrets

KEY: Final = "key"
"""The name of the key in the API's secret from which pseudonyms are made."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Lets users in who have not asked to be erased."""

    erasures: Erasures
    secrets: Secrets

    def __call__(self, user_id: str) -> None:
        """See that a user is not being erased, and never was.

        Raises:
            Refused: `account_erased`.
            StoreUnavailable: nobody knows.
        """
        if self.erasures.find(pseudonym_of(self.secrets.get(KEY), user_id)) is not None:
            raise Refused("account_erased", "the account is being erased, or was")
