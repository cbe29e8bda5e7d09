"""Several requests on their way at once."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

A = TypeVar("A")
T = TypeVar("T")

THREADS: Final = 8
"""Requests on their way at once: a request is mostly waiting, and Python computes one at a time anyway."""


def in_parallel(call: Callable[[A], T], arguments: Iterable[A]) -> list[T]:
    """What a call answers to each argument, in their order; calls begin in that order, some at a time.

    Raises:
        Exception: of the first call that failed. No more were begun after that, and those that had begun have ended.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [pool.submit(call, argument) for argument in arguments]
        _, left = wait(answers, return_when=FIRST_EXCEPTION)
        for answer in left:
            answer.cancel()
    # Calls begin in order, so what failed comes before what was cancelled, and is what is raised.
    return [answer.result() for answer in answers]
