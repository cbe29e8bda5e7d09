"""Used nonces in a set."""

from __future__ import annotations

from threading import Lock


class MemoryNonces:
    """`Nonces` of one process, which forgets none; safe to share between threads."""

    def __init__(self) -> None:
        self._used: set[tuple[str, str]] = set()
        self._lock = Lock()

    def use(self, provider: str, nonce: str) -> bool:
        """Use a nonce; False when the provider has used it before."""
        with self._lock:
            is_new = (provider, nonce) not in self._used
            self._used.add((provider, nonce))
        return is_new
