from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from divisa.adapters.aws.items import KEPT
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.adapters.wire import suggestion_from_image
from divisa.domain.evaluation import Decision, Watch
from divisa.domain.pair import Pair
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suggestion, Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import suggestions as any_suggestions

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Table
    from divisa.ports import Suggestions, Watches

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")
AT = datetime(2024, 1, 5, 14, 15, 0, 250_000, tzinfo=UTC)
HELD = Watch("ana", MXN)
SHARDS = 4


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


@pytest.fixture
def store(side: str, request: pytest.FixtureRequest) -> Store:
    if side == "memory":
        suggestions = MemorySuggestions()
        return Store(MemoryWatches(suggestions, page=100), suggestions)
    tables = make_tables(request.getfixturevalue("cloud"))
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=SHARDS)
    return Store(watches, DynamoSuggestions(tables.suggestions), tables.suggestions)


def test_every_watch_of_a_pair_is_found_once_and_none_of_another(store: Store) -> None:
    many = {f"u-{n}": Watch(f"u-{n}", MXN, Decision(n % 3), n, AT, str(n), None) for n in range(250)}
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


def test_a_move_writes_watch_and_suggestion(store: Store) -> None:
    store.watches.put_many([HELD])
    after = replace(moved(HELD), suggested_at=AT)
    assert store.watches.move(HELD, after, suggestion_of(after))
    assert store.of_pair(MXN) == {"ana": after}
    assert store.suggestions.of_user("ana") == [suggestion_of(after)]


def test_a_move_back_to_hold_suggests_nothing(store: Store) -> None:
    store.watches.put_many([HELD])
    assert store.watches.move(HELD, moved(HELD), None)
    assert not store.watches.move(HELD, moved(HELD), None)
    assert store.of_pair(MXN) == {"ana": moved(HELD)}
    assert list(store.suggestions.all()) == []


def test_who_moves_second_writes_nothing(store: Store) -> None:
    store.watches.put_many([HELD])
    after = moved(HELD)
    assert store.watches.move(HELD, after, None)
    late = moved(HELD, Decision.BUY)
    assert not store.watches.move(HELD, late, suggestion_of(late))
    assert store.of_pair(MXN) == {"ana": after}
    assert store.suggestions.of_user("ana") == []


def test_a_suggestion_that_exists_is_not_inserted_again_and_its_watch_stays(store: Store) -> None:
    store.watches.put_many([HELD])
    after = moved(HELD)
    again = suggestion_of(after)
    assert store.watches.move(HELD, after, again)
    store.watches.put_many([HELD])
    assert not store.watches.move(HELD, after, replace(again, amount=Decimal("1.00")))
    assert store.of_pair(MXN) == {"ana": HELD}
    assert store.suggestions.of_user("ana") == [again]


@pytest.mark.parametrize("with_suggestion", [True, False])
def test_a_watch_that_is_not_there_does_not_move(store: Store, *, with_suggestion: bool) -> None:
    after = moved(HELD)
    assert not store.watches.move(HELD, after, suggestion_of(after) if with_suggestion else None)
    assert store.of_pair(MXN) == {}
    assert list(store.suggestions.all()) == []


def test_a_users_suggestions_come_newest_first(store: Store) -> None:
    watch = HELD
    store.watches.put_many([HELD])
    for day in (0, 1, 2):
        after = moved(watch)
        assert store.watches.move(watch, after, suggestion_of(after, AT + timedelta(days=day)))
        watch = after
    assert [each.episode for each in store.suggestions.of_user("ana")] == [3, 2, 1]
    assert sorted(each.episode for each in store.suggestions.all()) == [1, 2, 3]
    assert store.suggestions.of_user("ben") == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(suggestion=any_suggestions())
def test_any_suggestion_comes_back_as_it_was_made(store: Store, suggestion: Suggestion) -> None:
    before = Watch(suggestion.user_id, suggestion.pair)
    store.watches.put_many([before])
    if store.watches.move(before, moved(before), suggestion):
        assert suggestion in store.suggestions.of_user(suggestion.user_id)


@pytest.mark.parametrize(("suppressed", "status"), [(None, "pending"), (Suppression.COOLDOWN, "suppressed")])
def test_the_outbox_finds_status_and_expiry_on_the_item(
    store: Store, suppressed: Suppression | None, status: str
) -> None:
    store.watches.put_many([HELD])
    suggestion = suggestion_of(moved(HELD), suppressed=suppressed)
    assert store.watches.move(HELD, moved(HELD), suggestion)
    if store.table is not None:
        [image] = store.table.scan()
        assert image["status"] == {"S": status}
        expiry = datetime.fromtimestamp(int(image["ttl"]["N"]), UTC) - datetime.now(UTC)
        assert abs(expiry - KEPT) < timedelta(hours=1)
        assert suggestion_from_image(image) == suggestion
