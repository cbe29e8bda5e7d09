"""Several requests on their way at once."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
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
    return [answer.result() for answer in ended(call, arguments)]


def ended(call: Callable[[A], T], arguments: Iterable[A]) -> list[Future[T]]:
    """A call to each argument as `in_parallel` makes them, with its answer, or failed, or cancelled before it began.

    Calls begin in order, so the first that has no answer is one that failed.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [pool.submit(call, argument) for argument in arguments]
        _, left = wait(answers, return_when=FIRST_EXCEPTION)
        for answer in left:
            answer.cancel()
    return answers


def result_or_none(answer: Future[T]) -> T | None:
    """What a call that has ended answered; None when it failed, or never began."""
    return None if answer.cancelled() or answer.exception() is not None else answer.result()
