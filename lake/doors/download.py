"""A file is fetched over HTTP, whole and unchanged, or not at all."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import urllib3
from urllib3.exceptions import HTTPError

from divisa.adapters.aws.backoff import Backoff
from divisa.domain.errors import SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from lake.doors.sources import Source

_CHUNK: Final = 1 << 18
_CHECKSUM_BYTES: Final = 1024
_SHA256: Final = re.compile(rb"\s*([0-9a-fA-F]{64})(?:\s|\Z)")
_DIGEST: Final = re.compile(r"sha-256=:?([A-Za-z0-9+/]{43}=):?", re.IGNORECASE)
_TRY_LATER: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class _Again(Exception):
    """What went wrong may be right in a moment."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may take.

    Attributes:
        most_bytes: of a file.
        seconds: for one try, however slowly something comes.
        silence: seconds in which nothing comes at all.
    """

    most_bytes: int = 1 << 30
    seconds: float = 120.0
    silence: float = 20.0


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was fetched.

    Attributes:
        sha256: of its content, hexadecimal.
        size: bytes.
        etag: what its server calls this version of it; empty if it says nothing.
    """

    sha256: str
    size: int
    etag: str


class Downloader:
    """Fetches files.

    Redirects are not followed: whoever keeps a source could else have any address asked from here.

    Args:
        limits: of each file.
        backoff: how often to try what a server or the way to it does not give, and how long to wait between.
    """

    def __init__(self, limits: Limits | None = None, backoff: Backoff | None = None) -> None:
        self._limits = limits or Limits()
        self._backoff = backoff or Backoff(attempts=3, base=1.0, cap=20.0)
        silence = urllib3.Timeout(connect=self._limits.silence, read=self._limits.silence)
        # What is read has to be as long as was declared, so nobody may unpack it on the way.
        self._http = urllib3.PoolManager(timeout=silence, retries=False, headers={"Accept-Encoding": "identity"})

    def __call__(self, source: Source, into: Path, known_etag: str = "") -> Downloaded | None:
        """Fetch a file.

        Args:
            source: where it lies.
            into: where it is written to; what is there is replaced, and means nothing after an error.
            known_etag: the version that is not wanted again; empty if there is none.

        Returns:
            None where the server says that it is that version still.

        Raises:
            SourceUnavailable: it cannot be had, is too large, or is not what it was declared to be.
        """
        problem = ""
        for _ in self._backoff.tries():
            try:
                return self._fetched(source, into, known_etag)
            except _Again as error:
                problem = str(error)
            except HTTPError as error:  # of urllib3; its text may have the address in it
                problem = f"the connection failed: {type(error).__name__}"
        raise SourceUnavailable(source.name, problem)

    def _fetched(self, source: Source, into: Path, known_etag: str) -> Downloaded | None:
        asked = {"If-None-Match": known_etag} if known_etag else {}
        with self._answer(source, "GET", source.url, asked) as answer:
            if answer.status == HTTPStatus.NOT_MODIFIED:
                return None
            self._check_length(source, answer)
            sha256, size = self._written(source, answer, into)
            version = _version_of(answer)
            digest = _DIGEST.search(answer.headers.get("Repr-Digest", "") or answer.headers.get("Digest", ""))
        declared = self._checksum(source) if source.sha256 else sha256
        if declared != sha256 or (digest is not None and base64.b64decode(digest[1]).hex() != sha256):
            raise _Again("its content is not that of its checksum")
        if any(version) and not self._is_still(source, version):
            raise _Again("it was changed while it was read")
        return Downloaded(sha256, size, version[0])

    def _answer(self, source: Source, method: str, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """An answer with status 2xx, or 304 where that was asked for."""
        answer = self._http.request(
            method, url, headers={**self._http.headers, **headers}, preload_content=False, redirect=False
        )
        if 200 <= answer.status < 300 or (answer.status == HTTPStatus.NOT_MODIFIED and headers):
            return answer
        answer.close()
        if answer.status >= 500 or answer.status in _TRY_LATER:
            raise _Again(f"its server answered {answer.status}")
        where = "another address, which is not followed" if 300 <= answer.status < 400 else "status"
        raise SourceUnavailable(source.name, f"its server answered with {where}: {answer.status}")

    def _check_length(self, source: Source, answer: urllib3.BaseHTTPResponse) -> None:
        length, chunked = _length_of(answer), answer.headers.get("Transfer-Encoding")
        if answer.status != HTTPStatus.OK:
            raise SourceUnavailable(source.name, f"its server answered with a part of it, status {answer.status}")
        if length is None and chunked is None and not source.sha256:
            raise SourceUnavailable(source.name, "nobody says how long it is, and there is no checksum of it")
        if length is not None and length > self._limits.most_bytes:
            raise SourceUnavailable(source.name, f"it has more than {self._limits.most_bytes} bytes")

    def _written(self, source: Source, answer: urllib3.BaseHTTPResponse, into: Path) -> tuple[str, int]:
        """Write what comes; an answer that ends before its declared length is an error of urllib3."""
        until = time.monotonic() + self._limits.seconds
        digest, size = hashlib.sha256(), 0
        with into.open("wb") as file:
            while chunk := answer.read1(_CHUNK, decode_content=False):
                size += len(chunk)
                if size > self._limits.most_bytes:
                    raise SourceUnavailable(source.name, f"it has more than {self._limits.most_bytes} bytes")
                if time.monotonic() > until:
                    raise _Again(f"it took longer than {self._limits.seconds:g} seconds")
                digest.update(chunk)
                file.write(chunk)
        if (length := _length_of(answer)) is not None and length != size:
            raise _Again(f"{length} bytes were declared and {size} came")
        if not size:
            raise _Again("it is empty")
        return digest.hexdigest(), size

    def _checksum(self, source: Source) -> str:
        with self._answer(source, "GET", source.checksum_url, {}) as answer:
            found = _SHA256.match(answer.read(_CHECKSUM_BYTES))
        if found is None:
            raise SourceUnavailable(source.name, "what lies beside it is no SHA-256")
        return found[1].decode().lower()

    def _is_still(self, source: Source, version: tuple[str, str]) -> bool:
        """Whether the server has the same version as before; one that answers no HEAD is not asked."""
        answer = self._http.request("HEAD", source.url, redirect=False)
        return answer.status != HTTPStatus.OK or _version_of(answer) == version


def _version_of(answer: urllib3.BaseHTTPResponse) -> tuple[str, str]:
    return answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")


def _length_of(answer: urllib3.BaseHTTPResponse) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None
