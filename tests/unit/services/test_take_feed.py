from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.feeds import LIFETIME, MemoryFeeds
from divisa.domain.errors import InvalidInput
from divisa.domain.feed import FeedFile
from divisa.services.take_feed import MAX_TAKEN, MAX_UPLOADED, TakeFeed
from tests.builders import WEDNESDAY

CONTENT = b"pair,event_time,bid,ask\n"


@pytest.fixture
def feeds() -> MemoryFeeds:
    return MemoryFeeds(ManualClock(WEDNESDAY))


def test_a_file_is_kept_and_described(feeds: MemoryFeeds) -> None:
    taken = TakeFeed(feeds)("prices", "a.csv", CONTENT)
    assert feeds.landed == {taken.key: CONTENT}
    assert (taken.sha256, taken.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert TakeFeed(feeds)("prices", "a.csv", CONTENT) == taken
    assert len(feeds.landed) == 1


@pytest.mark.parametrize(
    ("dataset", "file", "content"),
    [
        ("..", "a.csv", CONTENT),
        ("prices", "../a.csv", CONTENT),
        ("prices", "a.csv", b""),
        ("p", "a.csv", bytes(5_000_001)),
    ],
)
def test_what_is_refused_is_not_kept(feeds: MemoryFeeds, dataset: str, file: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        TakeFeed(feeds)(dataset, file, content)
    assert feeds.landed == {}


def test_a_file_as_large_as_a_request_carries_is_taken(feeds: MemoryFeeds) -> None:
    assert TakeFeed(feeds)("prices", "a.csv", bytes(MAX_TAKEN)).size == MAX_TAKEN


def test_whoever_has_a_larger_one_may_upload_it(feeds: MemoryFeeds) -> None:
    file = replace(FeedFile.of("prices", "a.csv", CONTENT), size=MAX_UPLOADED)
    upload = TakeFeed(feeds).permit(file)
    assert (upload.fields["key"], upload.expires_at) == (file.key, WEDNESDAY + LIFETIME)
    with pytest.raises(InvalidInput, match=str(MAX_UPLOADED)):
        TakeFeed(feeds).permit(replace(file, size=MAX_UPLOADED + 1))
