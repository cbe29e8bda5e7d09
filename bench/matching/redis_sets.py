"""Two sorted sets of a Redis of its own, on loopback, that lives as long as the measurement."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.matching.workload import Workload

CHUNK = 20_000
START_SECONDS = 10.0


def is_there() -> bool:
    """Whether this machine has a redis-server (Debian: `apt install redis-server`)."""
    return shutil.which("redis-server") is not None


class RedisSets:
    """Members are slots, scores are edges; one pipelined round trip finds, one puts back."""

    def __init__(self, work: Workload, redis: Redis) -> None:
        self._work = work
        self._redis = redis
        self._empty = self._used()
        uppers, lowers = work.uppers.tolist(), work.lowers.tolist()
        for key, edges in (("upper", uppers), ("lower", lowers)):
            for start in range(0, len(edges), CHUNK):
                scores = {str(start + i): edge for i, edge in enumerate(edges[start : start + CHUNK])}
                redis.zadd(key, {slot: edge for slot, edge in scores.items() if math.isfinite(edge)})

    def tick(self, number: int, x: float) -> Iterable[int]:
        """Two ranges by score; then ZADD, or ZREM where an end is open."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zrangebyscore("upper", "-inf", x)
        pipe.zrangebyscore("lower", f"({x!r}", "+inf")
        above, below = pipe.execute()
        slots = [int(slot) for slot in (*above, *below)]
        if slots:
            pipe = self._redis.pipeline(transaction=False)
            for slot in slots:
                for key, edge in zip(("lower", "upper"), self._work.renewed(slot, number, x), strict=True):
                    if math.isfinite(edge):
                        pipe.zadd(key, {str(slot): edge})
                    else:
                        pipe.zrem(key, slot)
            pipe.execute()
        return slots

    def nbytes(self) -> int:
        """What the server's memory has grown by."""
        return self._used() - self._empty

    def _used(self) -> int:
        used: int = self._redis.info("memory")["used_memory"]
        return used


@contextmanager
def server() -> Iterator[Redis]:
    """A redis-server without persistence on a free port of loopback, stopped in the end.

    Raises:
        LaptopCloudError: it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            [shutil.which("redis-server") or "redis-server", *options, "--dir", folder], stdout=subprocess.DEVNULL
        )
        try:
            yield _connected(port, process)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _connected(port: int, process: subprocess.Popen[bytes]) -> Redis:
    redis = Redis(host="127.0.0.1", port=port)
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            redis.ping()
        except NotThere:
            time.sleep(0.05)
        else:
            return redis
    raise LaptopCloudError("redis-server", "did not start")
