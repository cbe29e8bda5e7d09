"""A secret in Secrets Manager: one JSON object, a key a field."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import InvalidSetting, NotFound, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

REREAD: Final = 300.0
"""Seconds for which a secret is kept: a changed key is followed in five minutes, and Secrets Manager is asked, at a
price a call, once in that time, whatever names callers try."""
MIN_LENGTH: Final = 16
"""Characters of a key. A shorter one could be found by trying."""

_KEYS = msgspec.json.Decoder(dict[str, Annotated[str, msgspec.Meta(min_length=MIN_LENGTH)]])
_MISSING: Final = "ResourceNotFoundException"


class SecretsManagerSecrets:
    """`Secrets` in one secret of Secrets Manager; safe to share between threads."""

    def __init__(
        self, client: SecretsManagerClient, secret_id: str, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the secret `secret_id`, its name or ARN; `seconds` tells how time passes."""
        self._client = client
        self._secret_id = secret_id
        self._seconds = seconds
        self._keys: dict[str, str] | None = None
        self._read_at = 0.0
        self._lock = Lock()

    def get(self, name: str) -> bytes:
        """The key of a name, UTF-8.

        Raises:
            NotFound: the secret has no key of this name.
            InvalidSetting: there is no such secret, or it is no JSON object of texts of 16 characters or more.
            StoreUnavailable: it cannot be read and never was.
        """
        with self._lock:
            keys = self._current()
        try:
            return keys[name].encode()
        except KeyError:
            raise NotFound("the secret has no such key") from None

    def _current(self) -> dict[str, str]:
        """What the secret says; what it said before, while Secrets Manager does not answer."""
        now = self._seconds()
        if self._keys is not None and now - self._read_at < REREAD:
            return self._keys
        try:
            text = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        except AWS_ERRORS as error:
            if self._keys is not None:
                return self._keys
            if code_of(error) == _MISSING:
                raise InvalidSetting(self._secret_id, "there is no such secret") from error
            raise StoreUnavailable(f"the secret {self._secret_id} cannot be read: {code_of(error)}") from error
        try:
            self._keys = _KEYS.decode(text)
        except msgspec.MsgspecError:
            # Not chained: the library's message may repeat the text.
            raise InvalidSetting(self._secret_id, f"is no JSON object of keys of {MIN_LENGTH} characters") from None
        self._read_at = now
        return self._keys
