"""Every suggestion has one end; what has none is lost, and what was told twice is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from local.faults.books import Books, End, keep_books, missing_of
from local.inbox import InboxMessage
from tests.builders import USD_MXN, WEDNESDAY, a_suggestion

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion

TOLD = a_suggestion(channels=(Channel.EMAIL, Channel.SMS))
HELD = replace(TOLD, channels=(), held_until=WEDNESDAY + timedelta(hours=1))


DUE = (TOLD.user_id, TOLD.pair, TOLD.side)


def row(channel: Channel, status: DeliveryStatus, message_id: str | None = None) -> Delivery:
    return Delivery(TOLD.suggestion_id, channel, status, WEDNESDAY, message_id)


def message(message_id: str = "m-1", suggestion_id: str = TOLD.suggestion_id) -> InboxMessage:
    return InboxMessage(Channel.EMAIL, message_id, "ana@example.com", f"Look: http://localhost/s/{suggestion_id} now")


def books(*rows: Delivery, messages: tuple[InboxMessage, ...] = (), suggestion: Suggestion = TOLD) -> Books:
    return keep_books([suggestion], rows, messages, WEDNESDAY, {DUE: 1})


SENT = row(Channel.EMAIL, DeliveryStatus.SENT, "m-1")


@pytest.mark.parametrize(
    ("suggestion", "rows", "messages", "end"),
    [
        (replace(TOLD, suppressed=Suppression.COOLDOWN), (), (), End.SUPPRESSED),
        (HELD, (), (), End.HELD),
        (TOLD, (SENT,), (message(),), End.DELIVERED),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.UNCERTAIN),), (), End.UNSEEN),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.UNCERTAIN),), (message(),), End.UNCERTAIN),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.EXPIRED),), (), End.EXPIRED),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.QUIET_HOURS),), (), End.QUIET),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.WEEKLY_CAP),), (), End.CAPPED),
        (
            TOLD,
            (row(Channel.EMAIL, DeliveryStatus.INVALID_CONTACT), row(Channel.SMS, DeliveryStatus.NO_BUDGET)),
            (),
            End.UNREACHED,
        ),
    ],
)
def test_a_suggestion_has_one_end(
    suggestion: Suggestion, rows: tuple[Delivery, ...], messages: tuple[InboxMessage, ...], end: End
) -> None:
    found = books(*rows, messages=messages, suggestion=suggestion)
    assert found.ends == {end: 1}
    assert (found.lost, found.duplicates, found.suggestions, found.unexpected) == ([], 0, 1, 0)
    assert found.uncertain == (end in {End.UNCERTAIN, End.UNSEEN})
    assert found.delivered == ({"email": 1} if end is End.DELIVERED else {})


@pytest.mark.parametrize(
    ("suggestion", "rows", "messages"),
    [
        (TOLD, (), ()),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.CLAIMED),), ()),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.SENDING),), (message(),)),
        (TOLD, (SENT,), ()),
        (TOLD, (row(Channel.PUSH, DeliveryStatus.SENT, "m-1"),), ()),
        (TOLD, (row(Channel.EMAIL, DeliveryStatus.INVALID_CONTACT),), ()),
        (replace(HELD, held_until=WEDNESDAY - timedelta(hours=1)), (), ()),
        (HELD, (SENT,), (message(),)),
        (replace(TOLD, suppressed=Suppression.COOLDOWN), (SENT,), ()),
        (replace(TOLD, channels=()), (), ()),
    ],
)
def test_what_ends_in_no_way_is_lost(
    suggestion: Suggestion, rows: tuple[Delivery, ...], messages: tuple[InboxMessage, ...]
) -> None:
    found = books(*rows, messages=messages, suggestion=suggestion)
    assert found.ends == {End.LOST: 1}
    assert found.lost == [TOLD.suggestion_id]


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        ((SENT,), (message(), message("m-2"))),
        ((row(Channel.EMAIL, DeliveryStatus.UNCERTAIN),), (message(), message("m-2"))),
        ((row(Channel.EMAIL, DeliveryStatus.EXPIRED),), (message(),)),
        ((SENT,), (message(), message("m-2", "0" * 26))),
    ],
)
def test_a_message_too_many_is_found(rows: tuple[Delivery, ...], messages: tuple[InboxMessage, ...]) -> None:
    assert books(*rows, messages=messages).duplicates == 1


def test_a_second_suggestion_of_an_episode_is_found() -> None:
    other = replace(TOLD, side=Side.BUY, suggestion_id=suggestion_id_of(TOLD.user_id, USD_MXN, Side.BUY, TOLD.episode))
    suppressed = [replace(each, suppressed=Suppression.COOLDOWN) for each in (TOLD, other)]
    found = keep_books(suppressed, [], [], WEDNESDAY, {})
    assert (found.duplicates, found.suppressed) == (1, {"cooldown": 2})


def test_an_episode_that_was_never_recorded_is_lost() -> None:
    due = {DUE: 2, ("another", USD_MXN, Side.SELL): 1}
    found = keep_books([TOLD], [SENT], [message()], WEDNESDAY, due)
    assert (found.missing, found.unexpected, found.suggestions) == (2, 0, 3)
    assert found.ends == {End.DELIVERED: 1, End.LOST: 2}
    assert [lost.partition(" ")[0] for lost in found.lost] == [each[0] for each in sorted([DUE, next(reversed(due))])]


def test_a_suggestion_more_than_prices_gave_reason_for_is_found() -> None:
    found = keep_books([TOLD], [SENT], [message()], WEDNESDAY, {})
    assert (found.missing, found.unexpected, found.lost) == (0, 1, [])


def test_who_still_waits_for_a_suggestion_is_known() -> None:
    assert missing_of({DUE: 2}, [TOLD]) == {DUE: 1}
    assert missing_of({DUE: 1}, [replace(TOLD, suppressed=Suppression.COOLDOWN)]) == {DUE: 0}
