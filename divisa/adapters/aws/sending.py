"""Requests of several entries, of which AWS may take some and refuse others: only what was refused is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from divisa.adapters.aws.failures import AWS_ERRORS, code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from divisa.adapters.aws.backoff import Backoff
    from divisa.domain.errors import DivisaError

E = TypeVar("E")


def send_all(
    entries: Sequence[E],
    send: Callable[[list[E]], Iterable[tuple[E, str | None]]],
    backoff: Backoff,
    give_up: Callable[[int, str], DivisaError],
) -> None:
    """Send entries until each was taken.

    Args:
        entries: no more than one request takes.
        send: makes one request; returns entries, each with the code for which it was refused, or None if it was not.
        backoff: how often to try.
        give_up: the error to raise, made of the number of entries that are left and of the newest code.

    Raises:
        DivisaError: as `give_up` makes it, after every retry; its cause is the client's error, if there was one.
    """
    left, code, cause = list(entries), "", None
    for _ in backoff.tries():
        try:
            refused = [(entry, why) for entry, why in send(left) if why]
        except AWS_ERRORS as error:
            code, cause = code_of(error), error
            continue
        if not refused:
            return
        left, code, cause = [entry for entry, _ in refused], refused[0][1], None
    raise give_up(len(left), code) from cause
