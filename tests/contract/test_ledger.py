from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.ledger import LedgerEntry, enter, pseudonymised, transaction_id_of
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from divisa.domain.transaction import Side
from divisa.ports import LedgerFilter, LedgerPosition
from tests.builders import USD_MXN, WEDNESDAY, a_market_view, a_portfolio, a_quote, a_transaction
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import entries

if TYPE_CHECKING:
    from divisa.ports import Ledger, Portfolios

USD_BRL = Pair("USD", "BRL")
ALL = LedgerFilter()
A_FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, slots=True)
class Store:
    """A ledger in which people trade at 17.051 and 17.049, one dollar at a time, a minute apart."""

    ledger: Ledger
    portfolios: Portfolios

    def open(self, user_id: str = "ana", pair: Pair = USD_MXN) -> None:
        self.portfolios.put_many([replace(a_portfolio(user_id=user_id), pair=pair)])

    def prepare(
        self, key: str, user_id: str = "ana", *, side: Side = Side.BUY, pair: Pair = USD_MXN, minutes: int | None = None
    ) -> tuple[LedgerEntry, Portfolio]:
        """The next entry as the user's portfolio stands, and the portfolio after it."""
        before = self.ledger.portfolio(user_id, pair)
        assert before is not None
        at = WEDNESDAY + timedelta(minutes=before.sequence if minutes is None else minutes)
        quote = replace(a_quote(), pair=pair)
        price = quote.ask if side is Side.BUY else quote.bid
        return enter(
            before,
            replace(a_transaction(side, "1.00", price, at=at, user_id=user_id), pair=pair),
            transaction_id=transaction_id_of(user_id, key),
            quote=quote,
            market=a_market_view(),
            fingerprint=f"f-{key}",
        )

    def trade(
        self, key: str, user_id: str = "ana", *, side: Side = Side.BUY, pair: Pair = USD_MXN, minutes: int | None = None
    ) -> LedgerEntry:
        entry, after = self.prepare(key, user_id, side=side, pair=pair, minutes=minutes)
        assert self.ledger.record(entry, after)
        return entry

    def walk(self, wanted: LedgerFilter = ALL, *, limit: int) -> list[LedgerEntry]:
        """All pages, one after the other."""
        found: list[LedgerEntry] = []
        start: LedgerPosition | None = None
        while True:
            page = self.ledger.page("ana", wanted, limit=limit, start=start)
            assert len(page.entries) <= limit
            found += page.entries
            if page.next is None:
                return found
            assert len(page.entries) == limit
            start = page.next


@pytest.fixture
def store(side: str, request: pytest.FixtureRequest) -> Store:
    if side == "memory":
        portfolios = MemoryPortfolios()
        return Store(MemoryLedger(portfolios), portfolios)
    tables = make_tables(request.getfixturevalue("cloud"))
    return Store(DynamoLedger(tables.transactions, tables.portfolios), DynamoPortfolios(tables.portfolios))


def test_an_entry_and_its_portfolio_are_written_together(store: Store) -> None:
    store.open()
    entry, after = store.prepare("k")
    assert store.ledger.record(entry, after)
    assert store.ledger.find("ana", entry.transaction_id) == entry
    assert store.ledger.portfolio("ana", USD_MXN) == after
    assert (after.sequence, after.traded_at) == (1, WEDNESDAY)


def test_one_id_makes_one_entry_and_the_portfolio_stays(store: Store) -> None:
    store.open()
    store.trade("k")
    before = store.ledger.portfolio("ana", USD_MXN)
    entry, after = store.prepare("k", side=Side.SELL)
    assert not store.ledger.record(entry, after)
    assert store.ledger.portfolio("ana", USD_MXN) == before
    assert [each.transaction.side for each in store.walk(limit=10)] == [Side.BUY]


def test_a_portfolio_that_has_moved_on_takes_no_entry(store: Store) -> None:
    store.open()
    late, after = store.prepare("late")
    store.trade("k")
    with pytest.raises(ConcurrentUpdate, match="USD/MXN has moved on"):
        store.ledger.record(late, after)
    assert store.ledger.find("ana", late.transaction_id) is None
    held = store.ledger.portfolio("ana", USD_MXN)
    assert held is not None
    assert held.sequence == 1


def test_an_entry_that_is_there_counts_for_more_than_a_portfolio_that_has_moved_on(store: Store) -> None:
    store.open()
    entry, after = store.prepare("k")
    assert store.ledger.record(entry, after)
    assert not store.ledger.record(entry, after)


def test_nobody_trades_without_a_portfolio(store: Store) -> None:
    store.open()
    entry, after = store.prepare("k")
    stranger = replace(after, user_id="ben")
    with pytest.raises(ConcurrentUpdate):
        store.ledger.record(replace(entry, transaction=replace(entry.transaction, user_id="ben")), stranger)
    assert store.ledger.portfolio("ben", USD_MXN) is None
    assert store.ledger.page("ben", ALL, limit=1).entries == []


def test_of_many_who_record_the_same_at_once_one_does(store: Store) -> None:
    store.open()
    entry, after = store.prepare("k")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: store.ledger.record(entry, after), range(16)))
    assert sorted(answers) == [False] * 15 + [True]


def test_of_many_different_ones_at_once_each_number_is_given_once(store: Store) -> None:
    store.open()

    def trade(key: str) -> None:
        for _ in range(200):
            entry, after = store.prepare(key)
            try:
                assert store.ledger.record(entry, after)
            except ConcurrentUpdate:
                continue
            return
        raise AssertionError("it never got its turn")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(trade, [f"k-{n}" for n in range(12)]))
    assert [entry.sequence for entry in store.ledger.after("ana", USD_MXN, 0)] == list(range(1, 13))
    held = store.ledger.portfolio("ana", USD_MXN)
    assert held is not None
    assert (held.sequence, held.base_balance) == (12, Decimal("512.00"))


def test_pages_are_newest_first_and_miss_none(store: Store) -> None:
    store.open()
    made = [store.trade(f"k-{n}") for n in range(7)]
    for limit in (1, 2, 3, 7, 8):
        assert store.walk(limit=limit) == made[::-1]
    assert store.ledger.page("ana", ALL, limit=7).next is None


def test_a_page_shows_what_was_recorded_while_the_pages_were_turned_on_the_first_one_only(store: Store) -> None:
    store.open()
    old = [store.trade(f"k-{n}") for n in range(4)]
    first = store.ledger.page("ana", ALL, limit=2)
    new = store.trade("new")
    assert store.ledger.page("ana", ALL, limit=2, start=first.next).entries == old[1::-1]
    assert store.ledger.page("ana", ALL, limit=1).entries == [new]


def test_entries_of_one_moment_are_told_apart_by_the_pages(store: Store) -> None:
    store.open()
    made = {store.trade(f"k-{n}", minutes=0).transaction_id for n in range(7)}
    assert {entry.transaction_id for entry in store.walk(limit=2)} == made
    assert len(store.walk(limit=2)) == 7


def test_pages_are_filtered_by_pair_side_and_time(store: Store) -> None:
    store.open()
    store.open(pair=USD_BRL)
    sides = [Side.BUY, Side.SELL, Side.BUY, Side.SELL, Side.BUY]
    mxn = [store.trade(f"m-{n}", side=side) for n, side in enumerate(sides)]
    brl = [store.trade(f"b-{n}", side=side, pair=USD_BRL) for n, side in enumerate(sides)]
    assert store.walk(LedgerFilter(pair=USD_BRL), limit=2) == brl[::-1]
    assert store.walk(LedgerFilter(pair=USD_MXN, side=Side.SELL), limit=1) == [mxn[3], mxn[1]]
    assert len(store.walk(LedgerFilter(side=Side.SELL), limit=3)) == 4
    assert store.walk(LedgerFilter(pair=Pair("USD", "EUR")), limit=3) == []
    since, until = WEDNESDAY + timedelta(minutes=1), WEDNESDAY + timedelta(minutes=3)
    of_mxn = LedgerFilter(pair=USD_MXN)
    assert store.walk(replace(of_mxn, since=since), limit=2) == mxn[:0:-1]
    assert store.walk(replace(of_mxn, until=until), limit=2) == mxn[2::-1]
    assert store.walk(replace(of_mxn, since=since, until=until), limit=2) == [mxn[2], mxn[1]]
    assert store.walk(replace(of_mxn, since=since, until=since + timedelta(microseconds=1)), limit=2) == [mxn[1]]
    assert store.walk(LedgerFilter(since=until, until=since), limit=2) == []
    assert store.walk(LedgerFilter(since=since, until=since), limit=2) == []


def test_a_page_that_begins_outside_of_the_wanted_time_is_the_first_or_none(store: Store) -> None:
    store.open()
    made = [store.trade(f"k-{n}") for n in range(5)]
    wanted = LedgerFilter(since=WEDNESDAY + timedelta(minutes=1), until=WEDNESDAY + timedelta(minutes=3))
    later, earlier = (LedgerPosition(each.transaction.event_time, each.transaction_id) for each in (made[4], made[0]))
    assert store.ledger.page("ana", wanted, limit=5, start=later).entries == [made[2], made[1]]
    assert list(store.ledger.page("ana", wanted, limit=5, start=earlier).entries) == []


def test_a_place_need_not_be_that_of_an_entry(store: Store) -> None:
    store.open()
    made = [store.trade(f"k-{n}") for n in range(3)]
    between = LedgerPosition(WEDNESDAY + timedelta(seconds=90), "nothing")
    assert store.ledger.page("ana", ALL, limit=5, start=between).entries == made[1::-1]


def test_entries_after_a_number_come_in_order_and_of_one_pair(store: Store) -> None:
    store.open()
    store.open(pair=USD_BRL)
    made = [store.trade(f"k-{n}") for n in range(12)]
    store.trade("other", pair=USD_BRL)
    assert list(store.ledger.after("ana", USD_MXN, 0)) == made
    assert list(store.ledger.after("ana", USD_MXN, 9)) == made[9:]
    assert list(store.ledger.after("ana", USD_MXN, 12)) == []
    assert list(store.ledger.after("ben", USD_MXN, 0)) == []


def test_nobody_sees_anybody_elses(store: Store) -> None:
    store.open()
    store.open("ben")
    entry = store.trade("k")
    assert store.ledger.find("ben", entry.transaction_id) is None
    assert list(store.ledger.page("ben", ALL, limit=5).entries) == []
    assert [each.user_id for each in store.ledger.portfolios("ben")] == ["ben"]


def test_all_portfolios_of_a_user_are_read_by_pair(store: Store) -> None:
    assert list(store.ledger.portfolios("ana")) == []
    assert store.ledger.portfolio("ana", USD_MXN) is None
    store.open()
    store.open(pair=USD_BRL)
    assert [each.pair for each in store.ledger.portfolios("ana")] == [USD_BRL, USD_MXN]


def test_who_is_erased_has_nothing_and_the_ledger_is_kept_under_a_pseudonym(store: Store) -> None:
    store.open()
    store.open("ben")
    made = [store.trade(f"k-{n}", side=Side.SELL) for n in range(30)]
    other = store.trade("k", "ben")
    late, after = store.prepare("late")
    assert store.ledger.erase("ana", "p-1") == 30
    assert list(store.ledger.portfolios("ana")) == []
    assert store.walk(limit=5) == []
    with pytest.raises(ConcurrentUpdate):
        store.ledger.record(late, after)
    kept = list(store.ledger.after("p-1", USD_MXN, 0))
    assert kept == [pseudonymised(entry, "p-1") for entry in made]
    assert not {entry.transaction_id for entry in kept} & {entry.transaction_id for entry in made}
    assert store.ledger.find("ben", other.transaction_id) == other
    assert store.ledger.erase("ana", "p-1") == 0
    assert list(store.ledger.after("p-1", USD_MXN, 0)) == kept


@A_FEW
@given(entry=entries())
def test_any_entry_comes_back_to_the_last_bit(store: Store, entry: LedgerEntry) -> None:
    transaction = entry.transaction
    user_id, pair = transaction.user_id, transaction.pair
    store.ledger.erase(user_id, "p")
    store.portfolios.put_many([Portfolio(user_id, pair, sequence=entry.sequence - 1)])
    after = Portfolio(user_id, pair, sequence=entry.sequence, traded_at=transaction.event_time)
    assert store.ledger.record(entry, after)
    found = store.ledger.find(user_id, entry.transaction_id)
    assert found == entry
    assert found is not None
    assert repr(found.market) == repr(entry.market)
    assert store.ledger.page(user_id, ALL, limit=1).entries == [entry]
    assert list(store.ledger.after(user_id, pair, entry.sequence - 1)) == [entry]
    assert store.ledger.portfolio(user_id, pair) == after
