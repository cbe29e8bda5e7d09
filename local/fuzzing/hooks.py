"""Loaded by the fuzzer: who calls, and a count of what was answered.

Settings come in the environment as `FUZZ_*`, see `local.fuzzing.runs`.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import secrets
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests.auth
import schemathesis

from client import signing

TOKENS = tuple(filter(None, os.environ.get("FUZZ_TOKENS", "").split(",")))
"""Access tokens of users, used in turn."""
FEEDS_TOKEN = os.environ.get("FUZZ_FEEDS_TOKEN", "")
PROVIDER = os.environ.get("FUZZ_PROVIDER", "")
SECRET = os.environ.get("FUZZ_SECRET", "").encode()
ANSWERS = Path(os.environ["FUZZ_ANSWERS"])
"""Where the count of answers goes at the end."""

_turn = itertools.cycle(TOKENS or ("",))
_counted: Counter[tuple[str, int]] = Counter()
_lock = threading.Lock()


class Bearer(requests.auth.AuthBase):
    """A user's token, the next one every time, or the one for feeds."""

    def __init__(self, *, feeds: bool) -> None:
        self._feeds = feeds

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header."""
        with _lock:
            token = FEEDS_TOKEN if self._feeds else next(_turn)
        request.headers["Authorization"] = f"Bearer {token}"
        return request


class Signature(requests.auth.AuthBase):
    """A provider's signature over the body that goes out."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the four headers."""
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        request.headers.update(signing.headers(PROVIDER, SECRET, str(int(time.time())), secrets.token_hex(16), body))
        return request


_auth: Any = schemathesis.auth  # whose type does not know what it is given at run time
if TOKENS:
    _auth.set_from_requests(Bearer(feeds=True)).apply_to(path_regex="^/v1/feeds/")
    _auth.set_from_requests(Signature()).apply_to(path="/v1/prices")
    _auth.set_from_requests(Bearer(feeds=False)).skip_for(path_regex="^/v1/(feeds/|prices|health|unsubscribe)|^/open")


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count an answer."""
    with _lock:
        _counted[case.operation.label, response.status_code] += 1


@atexit.register
def _write() -> None:
    rows = [[operation, status, times] for (operation, status), times in sorted(_counted.items())]
    ANSWERS.write_text(json.dumps(rows), encoding="utf-8")
