from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.nonces import MemoryNonces
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.wire import quote_of, quote_to_json
from divisa.domain.errors import Refused, StoreUnavailable, StreamUnavailable, Unauthenticated
from divisa.domain.pair import Pair
from divisa.domain.signature import SignedMessage, signature_of
from divisa.services.take_prices import NOBODYS_KEY, Taken, TakePrices, VerifyProvider
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.quote import Quote

KEY, OTHER = b"k" * 64, b"o" * 64
BODY = b'{"quotes": []}'


def a_message(*, key: bytes = KEY, at: timedelta = timedelta(0), **changes: Any) -> SignedMessage:
    """A message of the bank, signed now, after changes to what is signed."""
    timestamp = str(int((WEDNESDAY + at).timestamp()))
    plain = replace(SignedMessage("bank", timestamp, "n-000001", "", BODY), **changes)
    return replace(plain, signature=signature_of(key, plain.timestamp, plain.nonce, plain.body))


class CountedNonces(MemoryNonces):
    """Nonces that know how often they were asked."""

    asked = 0

    def use(self, provider: str, nonce: str) -> bool:
        self.asked += 1
        return super().use(provider, nonce)


@dataclass
class Door:
    """What a message must pass."""

    nonces: CountedNonces = field(default_factory=CountedNonces)
    clock: ManualClock = field(default_factory=lambda: ManualClock(WEDNESDAY))

    def __post_init__(self) -> None:
        self.verify = VerifyProvider(MemorySecrets({"bank": KEY, "exchange": OTHER}), self.nonces, self.clock)


def test_a_providers_own_message_passes_once() -> None:
    door = Door()
    door.verify(a_message())
    with pytest.raises(Refused) as caught:
        door.verify(a_message())
    assert caught.value.code == "replayed"
    door.verify(a_message(nonce="n-000002"))


@pytest.mark.parametrize(
    "message",
    [
        a_message(key=OTHER),
        a_message(provider="exchange"),
        a_message(provider="nobody"),
        a_message(provider="nobody", key=NOBODYS_KEY),
        a_message(provider=""),
        a_message(nonce="n"),
        a_message(timestamp="now"),
        replace(a_message(), body=b"{}"),
        replace(a_message(), nonce="n-000009"),
        replace(a_message(), timestamp=str(int(WEDNESDAY.timestamp()) + 1)),
        replace(a_message(), signature=""),
        replace(a_message(), signature=a_message().signature.upper()),
        a_message(at=timedelta(seconds=301)),
        a_message(at=timedelta(seconds=-301)),
        a_message(timestamp="99999999999"),
    ],
)
def test_whoever_is_not_shown_to_be_the_provider_gets_one_answer_and_uses_no_nonce(message: SignedMessage) -> None:
    door = Door()
    with pytest.raises(Unauthenticated) as caught:
        door.verify(message)
    assert str(caught.value) == "no message of a known provider, signed with its key within the last minutes"
    assert door.nonces.asked == 0


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    Door().verify(a_message(at=timedelta(seconds=seconds)))


def test_keys_that_cannot_be_read_are_no_reason_to_turn_a_provider_away_for_good() -> None:
    class Away:
        def get(self, name: str) -> bytes:
            raise StoreUnavailable("the secret cannot be read")

    with pytest.raises(StoreUnavailable):
        VerifyProvider(Away(), MemoryNonces(), ManualClock(WEDNESDAY))(a_message())


def document(**changes: Any) -> dict[str, Any]:
    plain = {"pair": "USD/MXN", "bid": "17.05", "ask": "17.06", "event_time": "2024-01-10T15:00:00Z", "sequence": 7}
    return {name: value for name, value in (plain | changes).items() if value is not None}


def taker(stream: MemoryQuoteStream) -> TakePrices:
    return TakePrices(frozenset([USD_MXN]), stream, quote_of)


def test_quotes_are_published_in_their_order_under_the_providers_name() -> None:
    stream = MemoryQuoteStream()
    documents = [document(sequence=n, source="somebody else") for n in (3, 1, 2)]
    assert taker(stream)("bank", documents) == [Taken(), Taken(), Taken()]
    assert [(quote.source, quote.sequence) for quote in stream.published] == [("bank", 3), ("bank", 1), ("bank", 2)]
    assert stream.published[0].pair == USD_MXN


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (document(sequence=None), "malformed"),
        (document(sequence=-1), "malformed"),
        (document(sequence="7"), "malformed"),
        (document(sequence=2**63), "malformed"),
        (document(bid=17.05), "malformed"),
        (document(bid="NaN"), "malformed"),
        (document(bid="1e3"), "malformed"),
        (document(bid="1" * 10_000), "malformed"),
        (document(bid="0"), "not_positive"),
        (document(bid="-1"), "not_positive"),
        (document(event_time="2024-01-10T15:00:00"), "malformed"),
        (document(event_time="yesterday"), "malformed"),
        (document(pair="USDMXN"), "unknown_pair"),
        (document(pair="USD/COP"), "unknown_pair"),
        (document(pair=None), "malformed"),
        (document(note="x" * 5000), "malformed"),
        ({}, "malformed"),
        ([], "malformed"),
        (None, "malformed"),
        ("quote", "malformed"),
        (7, "malformed"),
    ],
)
def test_what_is_no_quote_is_told_beside_those_that_are(wrong: object, reason: str) -> None:
    stream = MemoryQuoteStream()
    taken = taker(stream)("bank", [document(), wrong, document(sequence=8)])
    assert taken == [Taken(), Taken(reason), Taken()]
    assert [quote.sequence for quote in stream.published] == [7, 8]


def test_a_message_without_a_quote_publishes_nothing() -> None:
    class Silent(MemoryQuoteStream):
        def publish(self, quotes: Iterable[Quote]) -> int:
            raise AssertionError

    assert taker(Silent())("bank", [{}, []]) == [Taken("malformed"), Taken("malformed")]
    assert taker(Silent())("bank", []) == []


def test_a_message_that_is_sent_again_after_the_stream_failed_counts_each_quote_once() -> None:
    class Failing(MemoryQuoteStream):
        fails = True

        def publish(self, quotes: Iterable[Quote]) -> int:
            some = list(quotes)
            if self.fails:
                super().publish(some[:1])
                raise StreamUnavailable("1 records were refused")
            return super().publish(some)

    stream = Failing()
    take = taker(stream)
    documents = [document(sequence=n, event_time=f"2024-01-10T15:00:0{n}Z") for n in (1, 2)]
    with pytest.raises(StreamUnavailable):
        take("bank", documents)
    stream.fails = False
    assert take("bank", documents) == [Taken(), Taken()]

    world = World()
    report = world.receive(*stream.published)
    positions = Counter(quote.sequence for quote in stream.published)
    assert positions == {1: 2, 2: 1}
    assert (report.accepted, report.redelivered + sum(report.rejected.values())) == (2, 1)


def test_what_is_published_travels_as_it_was_sent() -> None:
    stream = MemoryQuoteStream()
    taker(stream)("bank", [document(bid="17.0500", ask="17.060")])
    [quote] = stream.published
    assert (str(quote.bid), str(quote.ask)) == ("17.0500", "17.060")
    assert b'"source":"bank"' in quote_to_json(quote)
    assert quote == replace(a_quote(), bid=quote.bid, ask=quote.ask, sequence=7, source="bank")


def test_a_pair_that_is_a_pair_and_not_served_is_not_published() -> None:
    stream = MemoryQuoteStream()
    assert Pair.parse("EUR/MXN") not in taker(stream).pairs
    assert taker(stream)("bank", [document(pair="EUR/MXN")]) == [Taken("unknown_pair")]
    assert stream.published == []
