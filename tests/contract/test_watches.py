from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divisa.adapters.aws.items import KEPT
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.adapters.wire import suggestion_from_image
from divisa.domain.bands import EVERYWHERE, NOWHERE, Band
from divisa.domain.errors import InvalidInput
from divisa.domain.evaluation import Decision, Watch, shard_of
from divisa.domain.pair import Pair
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suggestion, Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import Move
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import suggestions as any_suggestions
from tests.unit.adapters.strategies import watches as any_watches

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Table
    from divisa.ports import Suggestions, Watches

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")
AT = datetime(2024, 1, 5, 14, 15, 0, 250_000, tzinfo=UTC)
HELD = Watch("ana", MXN)
X = math.log(17.05)
BELOW, ABOVE = math.nextafter(X, 0.0), math.nextafter(X, 9.0)
"""The next prices that there are on either side of X."""
PRICES = [-X, -1e-18, 0.0, 1e-18, X - 0.01, BELOW, X, ABOVE, X + 0.01]
SHARDS = 4
A_FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
"""Examples of one store, which keeps what the ones before have left."""


def moved(before: Watch, decision: Decision = Decision.SELL) -> Watch:
    return replace(before, decision=decision, generation=before.generation + 1, evaluated_at=AT, model_version="7")


def suggestion_of(watch: Watch, created_at: datetime = AT, suppressed: Suppression | None = None) -> Suggestion:
    return Suggestion(
        suggestion_id=suggestion_id_of(watch.user_id, watch.pair, Side.SELL, watch.generation),
        user_id=watch.user_id,
        pair=watch.pair,
        side=Side.SELL,
        amount=Decimal("120.50"),
        price=Decimal("17.0512"),
        quote_time=AT,
        quote_sequence=123,
        reasons=(Reason(ReasonCode.ABOVE_COST, 2.5),),
        propensity=0.61,
        model_version="7",
        episode=watch.generation,
        created_at=created_at,
        expires_at=created_at + timedelta(minutes=30),
        language=Language.ES,
        channels=() if suppressed else (Channel.SMS, Channel.EMAIL),
        suppressed=suppressed,
    )


@dataclass(frozen=True)
class Store:
    """Both ports of one store.

    Attributes:
        table: the suggestions' table on the AWS side.
    """

    watches: Watches
    suggestions: Suggestions
    table: Table | None = None

    def of_pair(self, pair: Pair) -> dict[str, Watch]:
        return {watch.user_id: watch for page in self.watches.of_pair(pair) for watch in page}

    def move(self, before: Watch, after: Watch, suggestion: Suggestion | None = None) -> bool:
        [done] = self.watches.move_all([Move(before, after, suggestion)])
        return done

    def broken(self, low: float, high: float, *, shard: int | None = None, limit: int | None = None) -> list[str]:
        """The users of the broken watches, sorted, each as often as it was named."""
        pages = list(self.watches.broken(MXN, low, high, shard=shard, limit=limit))
        assert all(pages)
        return sorted(watch.user_id for page in pages for watch in page)

    def put(self, **bands: Band) -> None:
        self.watches.put_many(Watch(user_id, MXN, band) for user_id, band in bands.items())


@pytest.fixture
def store(side: str, request: pytest.FixtureRequest) -> Store:
    if side == "memory":
        suggestions = MemorySuggestions()
        return Store(MemoryWatches(suggestions, shards=SHARDS, page=20), suggestions)
    tables = make_tables(request.getfixturevalue("cloud"))
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=SHARDS)
    return Store(watches, DynamoSuggestions(tables.suggestions), tables.suggestions)


def test_every_watch_of_a_pair_is_found_once_and_none_of_another(store: Store) -> None:
    many = {f"u-{n}": Watch(f"u-{n}", MXN, decision=Decision(n % 3), episode=n) for n in range(250)}
    store.watches.put_many([*many.values(), Watch("ana", BRL)])
    pages = list(store.watches.of_pair(MXN))
    assert sum(map(len, pages)) == 250
    assert len(pages) > 1
    assert store.of_pair(MXN) == many
    assert store.of_pair(BRL) == {"ana": Watch("ana", BRL)}
    assert store.of_pair(Pair("USD", "EUR")) == {}


def test_a_watch_that_is_put_again_is_replaced(store: Store) -> None:
    store.watches.put_many([moved(HELD)])
    store.watches.put_many([HELD])
    assert store.of_pair(MXN) == {"ana": HELD}


def test_a_watch_is_inserted_where_there_is_none_and_changes_nothing_where_there_is_one(store: Store) -> None:
    store.watches.put_many([moved(HELD)])
    assert store.watches.insert([HELD, Watch("ben", MXN), Watch("ana", BRL)]) == 2
    assert store.of_pair(MXN) == {"ana": moved(HELD), "ben": Watch("ben", MXN)}
    assert store.of_pair(BRL) == {"ana": Watch("ana", BRL)}
    assert store.watches.insert([HELD, Watch("ben", MXN)]) == 0
    assert store.watches.insert([Watch("eva", MXN), Watch("eva", MXN)]) == 1
    assert store.watches.insert([]) == 0
    assert store.broken(X, X) == ["ana", "ben", "eva"]


@A_FEW
@given(watch=any_watches())
def test_any_watch_comes_back_to_the_last_bit(store: Store, watch: Watch) -> None:
    store.watches.put_many([watch])
    [found] = store.watches.get_many(watch.pair, [watch.user_id]).values()
    assert found == watch
    assert store.of_pair(watch.pair)[watch.user_id] == watch


@pytest.mark.parametrize("edge", [1e125, 1.7976931348623157e308, 5e-324, 1e-126])
def test_edges_that_no_price_comes_near_may_move_as_long_as_no_price_can_tell(store: Store, edge: float) -> None:
    for far in (Band(-edge, edge), Band(edge, math.inf), Band(-math.inf, -edge), Band(edge, -edge)):
        store.put(ana=far)
        for x in PRICES:
            assert store.broken(x, x) == (["ana"] if far.broken_by(x, x) else [])


def test_a_band_whose_edge_is_no_number_is_refused(store: Store) -> None:
    for band in (Band(math.nan, X), Band(X, math.nan)):
        with pytest.raises(InvalidInput):
            store.put(ana=band)


def test_watches_are_read_by_user_as_of_now(store: Store) -> None:
    many = {f"u-{n}": Watch(f"u-{n}", MXN, episode=n) for n in range(120)}
    store.watches.put_many([*many.values(), replace(many["u-7"], pair=BRL)])
    assert store.watches.get_many(MXN, [*many, "nobody"]) == many
    assert store.watches.get_many(MXN, []) == {}
    assert store.move(many["u-7"], moved(many["u-7"]))
    assert store.watches.get_many(MXN, ["u-7"]) == {"u-7": moved(many["u-7"])}
    assert store.watches.get_many(BRL, ["u-7", "u-8"]) == {"u-7": replace(many["u-7"], pair=BRL)}
    assert store.watches.get_many(Pair("USD", "EUR"), ["u-7"]) == {}


def test_a_price_breaks_a_band_at_its_upper_edge_and_below_its_lower(store: Store) -> None:
    store.put(ana=Band(X - 0.01, X), ben=Band(X, X + 0.01), eva=Band(ABOVE, X + 0.01), zoe=Band(X - 0.01, ABOVE))
    assert store.broken(X, X) == ["ana", "eva"]
    assert store.broken(BELOW, BELOW) == ["ben", "eva"]
    assert store.broken(ABOVE, ABOVE) == ["ana", "zoe"]


def test_a_batch_breaks_what_any_of_its_prices_breaks(store: Store) -> None:
    store.put(ana=Band(X - 0.01, X), ben=Band(X, X + 0.01), eva=Band(X - 0.5, X + 0.5))
    assert store.broken(BELOW, X) == ["ana", "ben"]
    assert store.broken(X - 0.5, X + 0.4) == ["ana", "ben"]
    assert store.broken(X - 0.6, X + 0.5) == ["ana", "ben", "eva"]


def test_an_open_end_is_never_reached_and_an_empty_band_always(store: Store) -> None:
    store.put(ana=EVERYWHERE, ben=NOWHERE, eva=Band(-math.inf, X), zoe=Band(X, math.inf), max=Band(X, X))
    assert store.of_pair(MXN)["ben"].band == NOWHERE
    for x, expected in ((-50.0, ["ben", "max", "zoe"]), (X, ["ben", "eva", "max"]), (50.0, ["ben", "eva", "max"])):
        assert store.broken(x, x) == expected


def test_a_watch_that_is_broken_on_both_sides_is_named_once(store: Store) -> None:
    store.put(ana=Band(X + 0.01, X - 0.01), ben=Band(BELOW, ABOVE), eva=NOWHERE)
    assert store.broken(X, X) == ["ana", "eva"]
    assert store.broken(X - 0.01, X + 0.01) == ["ana", "ben", "eva"]
    assert store.broken(X - 0.01, X + 0.01, limit=3) == ["ana", "ben", "eva"]


@A_FEW
@given(data=st.data())
def test_what_is_broken_is_what_the_rule_says(store: Store, data: st.DataObject) -> None:
    edges = st.sampled_from([*PRICES, math.inf, -math.inf])
    bands = {user: Band(data.draw(edges), data.draw(edges)) for user in "abcdef"}
    store.put(**bands)
    low, high = sorted((data.draw(st.sampled_from(PRICES)), data.draw(st.sampled_from(PRICES))))
    assert store.broken(low, high) == [user for user, band in bands.items() if band.broken_by(low, high)]


@pytest.mark.parametrize(("low", "high"), [(X, BELOW), (math.nan, X), (X, math.nan), (-math.inf, X), (X, math.inf)])
def test_what_is_no_range_of_prices_is_refused(store: Store, low: float, high: float) -> None:
    store.put(ana=NOWHERE)
    with pytest.raises(InvalidInput):
        store.broken(low, high)


def test_broken_watches_are_those_of_their_pair(store: Store) -> None:
    store.watches.put_many([Watch("ana", MXN, NOWHERE), Watch("ben", BRL, NOWHERE)])
    assert store.broken(X, X) == ["ana"]
    assert list(store.watches.broken(Pair("USD", "EUR"), X, X)) == []


def test_a_watch_stays_broken_until_it_moves(store: Store) -> None:
    store.put(ana=Band(X, X + 0.01))
    [[watch]] = store.watches.broken(MXN, BELOW, BELOW)
    assert store.broken(BELOW, BELOW) == ["ana"]
    assert store.move(watch, replace(moved(watch), band=Band(BELOW, X)))
    assert store.broken(BELOW, BELOW) == []
    assert store.broken(X, X) == ["ana"]
    [[watch]] = store.watches.broken(MXN, X, X)
    assert watch.generation == 1


def test_shards_share_the_broken_watches_out_and_a_limit_is_kept(store: Store) -> None:
    users = [f"u-{n:03d}" for n in range(200)]
    store.put(**dict.fromkeys(users, Band(X, X + 0.01)), **dict.fromkeys(("low", "both"), NOWHERE))
    everyone = sorted([*users, "low", "both"])
    by_shard = [store.broken(BELOW, BELOW, shard=shard) for shard in range(store.watches.shards)]
    assert store.watches.shards == SHARDS
    assert sorted(user for each in by_shard for user in each) == everyone
    assert all(shard_of(user, SHARDS) == shard for shard, each in enumerate(by_shard) for user in each)
    assert store.broken(BELOW, BELOW) == everyone
    for limit in (0, 1, 30, 202, 1000):
        found = store.broken(BELOW, BELOW, limit=limit)
        assert len(found) == len(set(found)) == min(limit, 202)
        found = store.broken(BELOW, BELOW, shard=1, limit=limit)
        assert set(found) <= set(by_shard[1])
        assert len(found) == len(set(found)) == min(limit, len(by_shard[1]))


def test_whoever_reads_the_broken_watches_may_stop_at_any_page(store: Store) -> None:
    store.put(**{f"u-{n}": NOWHERE for n in range(300)})
    pages = store.watches.broken(MXN, X, X)
    assert len(next(pages)) < 300


def in_shard(shard: int, count: int) -> list[str]:
    """Users whose watches are in a shard."""
    users = (f"u-{n}" for n in range(100 * count))
    return [user for user in users if shard_of(user, SHARDS) == shard][:count]


def test_the_stalest_watches_of_a_shard_come_first_and_those_never_evaluated_not_at_all(store: Store) -> None:
    ana, ben, eva, zoe = in_shard(2, 4)
    hours = {ana: 5, ben: 1, eva: 3, in_shard(1, 1)[0]: 2}
    due = {user: Watch(user, MXN, refresh_at=AT + timedelta(hours=n)) for user, n in hours.items()}
    store.watches.put_many([*due.values(), Watch(zoe, MXN), replace(due[ben], user_id=zoe, pair=BRL)])
    assert store.watches.stale(MXN, 2, 10) == [due[ben], due[eva], due[ana]]
    assert store.watches.stale(MXN, 2, 2) == [due[ben], due[eva]]
    assert store.watches.stale(MXN, 2, 0) == store.watches.stale(MXN, 3, 10) == []
    assert store.watches.stale(Pair("USD", "EUR"), 2, 10) == []


def test_a_watch_that_is_refreshed_goes_to_the_end_of_its_queue(store: Store) -> None:
    first, second, third = in_shard(0, 3)
    microsecond = timedelta(microseconds=1)
    due = [Watch(user, MXN, refresh_at=AT + n * microsecond) for n, user in enumerate((first, second, third))]
    store.watches.put_many(reversed(due))
    assert store.watches.stale(MXN, 0, 3) == due
    refreshed = replace(moved(due[0]), refresh_at=AT + 5 * microsecond)
    assert store.move(due[0], refreshed)
    assert store.watches.stale(MXN, 0, 3) == [*due[1:], refreshed]


def test_each_move_is_by_itself_and_answered_in_order(store: Store) -> None:
    held = [Watch(f"u-{n}", MXN, NOWHERE) for n in range(60)]
    store.watches.put_many(held)
    assert store.move(held[1], moved(held[1]))
    told_before = moved(held[2])
    assert store.move(held[2], told_before, suggestion_of(told_before))
    store.watches.put_many([held[2]])
    moves = [
        Move(watch, replace(moved(watch), band=Band(BELOW, ABOVE)), suggestion_of(moved(watch)) if n % 3 == 2 else None)
        for n, watch in enumerate([*held, Watch("nobody", MXN)])
    ]
    assert store.watches.move_all(moves) == [n not in (1, 2, 60) for n in range(61)]
    assert store.broken(X, X) == ["u-1", "u-2"]
    assert len(list(store.suggestions.all())) == 20
    assert store.watches.move_all(moves) == [False] * 61
    assert store.watches.move_all([]) == []


def test_a_move_writes_watch_and_suggestion(store: Store) -> None:
    store.watches.put_many([HELD])
    after = moved(HELD)
    assert store.move(HELD, after, suggestion_of(after))
    assert store.of_pair(MXN) == {"ana": after}
    assert store.suggestions.of_user("ana") == [suggestion_of(after)]


def test_a_move_back_to_hold_suggests_nothing(store: Store) -> None:
    store.watches.put_many([HELD])
    assert store.move(HELD, moved(HELD))
    assert not store.move(HELD, moved(HELD))
    assert store.of_pair(MXN) == {"ana": moved(HELD)}
    assert list(store.suggestions.all()) == []


def test_who_moves_second_writes_nothing(store: Store) -> None:
    store.watches.put_many([HELD])
    after = moved(HELD)
    assert store.move(HELD, after)
    late = moved(HELD, Decision.BUY)
    assert not store.move(HELD, late, suggestion_of(late))
    assert store.of_pair(MXN) == {"ana": after}
    assert store.suggestions.of_user("ana") == []


def test_a_suggestion_that_exists_is_not_inserted_again_and_its_watch_stays(store: Store) -> None:
    store.watches.put_many([HELD])
    after = moved(HELD)
    again = suggestion_of(after)
    assert store.move(HELD, after, again)
    store.watches.put_many([HELD])
    assert not store.move(HELD, after, replace(again, amount=Decimal("1.00")))
    assert store.of_pair(MXN) == {"ana": HELD}
    assert store.suggestions.of_user("ana") == [again]


@pytest.mark.parametrize("with_suggestion", [True, False])
def test_a_watch_that_is_not_there_does_not_move(store: Store, *, with_suggestion: bool) -> None:
    after = moved(HELD)
    assert not store.move(HELD, after, suggestion_of(after) if with_suggestion else None)
    assert store.of_pair(MXN) == {}
    assert list(store.suggestions.all()) == []


def test_a_users_suggestions_come_newest_first(store: Store) -> None:
    watch = HELD
    store.watches.put_many([HELD])
    for day in (0, 1, 2):
        after = moved(watch)
        assert store.move(watch, after, suggestion_of(after, AT + timedelta(days=day)))
        watch = after
    assert [each.episode for each in store.suggestions.of_user("ana")] == [3, 2, 1]
    assert sorted(each.episode for each in store.suggestions.all()) == [1, 2, 3]
    assert store.suggestions.of_user("ben") == []


@A_FEW
@given(suggestion=any_suggestions())
def test_any_suggestion_comes_back_as_it_was_made(store: Store, suggestion: Suggestion) -> None:
    before = Watch(suggestion.user_id, suggestion.pair)
    store.watches.put_many([before])
    if store.move(before, moved(before), suggestion):
        assert suggestion in store.suggestions.of_user(suggestion.user_id)


@pytest.mark.parametrize(("suppressed", "status"), [(None, "pending"), (Suppression.COOLDOWN, "suppressed")])
def test_the_outbox_finds_status_and_expiry_on_the_item(
    store: Store, suppressed: Suppression | None, status: str
) -> None:
    store.watches.put_many([HELD])
    suggestion = suggestion_of(moved(HELD), suppressed=suppressed)
    assert store.move(HELD, moved(HELD), suggestion)
    if store.table is not None:
        [image] = store.table.scan()
        assert image["status"] == {"S": status}
        expiry = datetime.fromtimestamp(int(image["ttl"]["N"]), UTC) - datetime.now(UTC)
        assert abs(expiry - KEPT) < timedelta(hours=1)
        assert suggestion_from_image(image) == suggestion
