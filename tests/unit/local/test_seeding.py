from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.csv.users import read_users
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain import market
from divisa.domain.bars import Interval
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, fold_rows
from divisa.domain.episodes import VisitRules, follow
from divisa.domain.errors import InvalidFile, LaptopCloudError, ScorerUnavailable
from divisa.domain.evaluation import Decision, Watch
from divisa.domain.gate import GateLimits, GateState, admit
from divisa.domain.portfolio import Portfolio
from divisa.domain.recipient import Channel, Language, Recipient
from divisa.ports import MarketRecord
from divisa.services.evaluate_users import EvaluateUsers
from local.seeding import SIGN_INS, is_seeded, seed
from simulator.simulate import SimulatedFiles, Simulation, simulate
from tests.builders import USD_MXN, a_suggestion
from tests.plain_ledger import plain_ledger
from tests.unit.local.memory_stores import USD_BRL, memory_stores, record
from tests.unit.services.world import SwitchedScorer, by_cost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair
    from local.seeding import Seeded
    from local.stores import Stores

pytestmark = pytest.mark.slow

UNTIL = datetime(2023, 2, 10, 12, tzinfo=UTC)
USERS = "user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    plan = Simulation(users=40, start=date(2022, 12, 1), end=date(2023, 3, 1), seed=11)
    return simulate(tmp_path_factory.mktemp("simulation"), plan)


def fill(stores: Stores, files: SimulatedFiles, until: datetime | None = None, **options: Any) -> Seeded:
    return seed(stores, files.prices, files.transactions, files.users, until=until, **options)


def followed_online(
    files: SimulatedFiles, until: datetime
) -> tuple[dict[Pair, MarketRecord], dict[tuple[str, Pair], BehaviourSummary[float]]]:
    """What the consumers would know, had they met every quote and transaction one at a time, in order of time."""

    def refuse(problem: InvalidRow) -> None:
        raise problem

    quotes = [(q.event_time, 0, q) for q in read_quotes(files.prices, source="csv", on_reject=refuse)]
    trades = [(t.event_time, 1, t) for t in plain_ledger(files.transactions)]
    markets: dict[Pair, MarketRecord] = {}
    summaries: dict[tuple[str, Pair], BehaviourSummary[float]] = {}
    for at, _, quote in sorted(quotes, key=lambda each: each[0]):
        # A transaction is made at the market as of its own moment, the quote of that moment included.
        while trades and trades[0][0] < at:
            _, _, trade = trades.pop(0)
            seen = markets[trade.pair].market
            if trade.event_time <= until and seen is not None:
                owner = trade.user_id, trade.pair
                [summaries[owner]] = fold_rows([summaries.get(owner, NEWCOMER)], [trade], [market.view(seen)])
        if at > until:
            continue
        known = markets.get(quote.pair) or MarketRecord(quote.pair, GateState(), None)
        gate, reason = admit(known.gate, quote, age=timedelta(0), limits=GateLimits())
        folded, newest = (known.market, known.quote) if reason else (market.fold(known.market, quote), quote)
        markets[quote.pair] = MarketRecord(quote.pair, gate, folded, newest)
    return markets, summaries


def test_a_seeded_cloud_stands_where_the_same_past_would_have_brought_it_online(files: SimulatedFiles) -> None:
    stores = memory_stores()
    seeded = fill(stores, files, UNTIL)
    markets, summaries = followed_online(files, UNTIL)

    people = [row.recipient.user_id for row in read_users(files.users, on_reject=print)]
    assert len(summaries) > 20
    for pair in (USD_MXN, USD_BRL):
        stored = stores.markets.load(pair)
        past = markets[pair]
        assert (stored.gate, stored.market, stored.quote) == (past.gate, past.market, past.quote)
        assert seeded.as_of[pair] == stored.gate.last_event_time
        mine = {user: each for (user, traded), each in summaries.items() if traded == pair}
        assert repr(dict(stores.summaries.get_many(pair, people))) == repr(
            {user: mine[user] for user in people if user in mine}
        )


def test_everybody_of_the_file_gets_a_portfolio_contacts_and_a_watch(files: SimulatedFiles) -> None:
    stores = memory_stores()
    seeded = fill(stores, files)

    rows = list(read_users(files.users, on_reject=print))
    assert seeded.users == len(rows) == 40
    for row in rows:
        user = row.recipient.user_id
        portfolio = stores.portfolios.get_many(row.pair, [user])[user]
        assert (portfolio.base_balance, portfolio.quote_balance) == (row.base_balance, row.quote_balance)
        assert stores.recipients.get_many([user])[user] == row.recipient
    watched = [watch for pair in stores.pairs for page in stores.watches.of_pair(pair) for watch in page]
    assert {(watch.user_id, watch.pair) for watch in watched} == {(row.recipient.user_id, row.pair) for row in rows}
    assert all(watch == Watch(watch.user_id, watch.pair) for watch in watched)


def test_dollars_cost_what_the_ledger_says_and_nothing_where_it_says_nothing(files: SimulatedFiles) -> None:
    stores = memory_stores(USD_MXN)
    fill(stores, files)

    rows = [row for row in read_users(files.users, on_reject=print) if row.pair == USD_MXN]
    users = [row.recipient.user_id for row in rows]
    costs = {user: summary.cost for user, summary in stores.summaries.get_many(USD_MXN, users).items()}
    known = 0
    for user, portfolio in stores.portfolios.get_many(USD_MXN, users).items():
        cost = costs.get(user, float("nan"))
        if cost == cost:
            known += 1
            assert portfolio.base_cost == pytest.approx(portfolio.base_balance * Decimal(cost), abs=Decimal("0.01"))
        else:
            assert portfolio.base_cost == 0
    assert 0 < known < len(users)


def test_only_the_first_users_of_the_file_come_when_so_many_are_wanted(files: SimulatedFiles) -> None:
    stores = memory_stores()
    seeded = fill(stores, files, limit=5)

    people = [row.recipient.user_id for row in read_users(files.users, on_reject=print)]
    assert seeded.users == 5
    assert list(stores.recipients.get_many(people)) == people[:5]
    for pair in stores.pairs:
        assert set(stores.summaries.get_many(pair, people)) <= set(people[:5])


def test_a_pair_that_the_cloud_does_not_serve_is_left_out_with_its_users(files: SimulatedFiles) -> None:
    stores = memory_stores(USD_BRL)
    seeded = fill(stores, files)

    assert list(seeded.as_of) == [USD_BRL]
    assert stores.markets.load(USD_MXN).market is None
    assert 0 < seeded.users < 40


def test_seeding_again_before_anything_was_suggested_is_fine(files: SimulatedFiles) -> None:
    stores = memory_stores()
    assert not is_seeded(stores)
    first = fill(stores, files, UNTIL)
    assert is_seeded(stores)

    second = fill(stores, files)

    assert second.as_of[USD_MXN] > first.as_of[USD_MXN]
    assert stores.markets.load(USD_MXN).gate.last_event_time == second.as_of[USD_MXN]


def test_a_cloud_that_suggested_something_is_not_seeded_over(files: SimulatedFiles) -> None:
    stores = memory_stores()
    record(stores, a_suggestion())

    with pytest.raises(LaptopCloudError, match="forget its data with `divisa down --wipe`"):
        fill(stores, files)
    assert not is_seeded(stores)


def test_a_cloud_in_which_somebody_traded_is_not_seeded_over(files: SimulatedFiles) -> None:
    stores = memory_stores()
    row = next(
        row
        for row in read_users(files.users, on_reject=lambda problem: pytest.fail(str(problem)))
        if row.pair == USD_MXN
    )
    traded = Portfolio(row.recipient.user_id, USD_MXN, Decimal(50), Decimal(150), sequence=1)
    stores.portfolios.put_many([traded])

    with pytest.raises(LaptopCloudError, match="used before"):
        fill(stores, files)

    assert stores.portfolios.get_many(USD_MXN, [traded.user_id]) == {traded.user_id: traded}
    assert not is_seeded(stores)


def by_hand(folder: Path, *users: str) -> tuple[Path, Path, Path]:
    """Two quotes, one transaction and anybody, each file with a row that cannot be used."""
    prices, transactions, people = folder / "p.csv", folder / "t.csv", folder / "u.csv"
    prices.write_text(
        "pair,event_time,bid,ask\n"
        "USD/MXN,2024-01-10T15:00:00Z,17.00,17.02\n"
        "USD/MXN,2024-01-10T15:10:00Z,17.04,17.02\n"
        "USD/MXN,2024-01-10T15:20:00Z,17.02,17.04\n"
        "USD/MXN,2024-01-13T15:00:00Z,17.02,17.04\n",
        encoding="utf-8",
    )
    transactions.write_text(
        "user_id,event_time,pair,side,quantity,price\n"
        "ana,2024-01-10T14:00:00Z,USD/MXN,BUY,50.00,17.00\n"
        "ana,2024-01-10T15:30:00Z,USD/MXN,BUY,100.00,17.04\n"
        "ana,2024-01-10T15:40:00Z,USD/MXN,KEEP,100.00,17.04\n"
        "ana,2024-01-10T15:45:00Z,EUR/MXN,BUY,100.00,18.04\n",
        encoding="utf-8",
    )
    people.write_text("\n".join((USERS, *users)) + "\n", encoding="utf-8")
    return prices, transactions, people


def test_rows_that_cannot_be_used_are_counted_by_reason_from_all_files(tmp_path: Path) -> None:
    stores = memory_stores()
    stages: list[str] = []
    files = by_hand(
        tmp_path,
        "ana,es,+525512345678,,true,false,100.00,5000.00,USD/MXN",
        "bea,fr,,,true,false,0,0,USD/MXN",
        "eva,en,,eva@example.com,false,true,0,0,USD/MXN",
    )

    seeded = seed(stores, *files, on_stage=stages.append)

    assert seeded.dropped == {
        "crossed": 1,
        "market_closed": 1,
        "before_first_price": 1,
        "unknown_side": 1,
        "unknown_pair": 1,
        "unknown_language": 1,
    }
    assert seeded.as_of == {USD_MXN: datetime(2024, 1, 10, 15, 20, tzinfo=UTC)}
    assert stores.summaries.get_many(USD_MXN, ["ana", "eva"])["ana"].cost == pytest.approx(17.04)
    assert stores.portfolios.get_many(USD_MXN, ["ana"])["ana"].base_cost == Decimal("1704.00")
    assert stores.portfolios.get_many(USD_MXN, ["eva"])["eva"].base_cost == 0
    assert stores.recipients.get_many(["eva"])["eva"] == Recipient(
        "eva", Language.EN, frozenset([Channel.EMAIL]), email="eva@example.com"
    )
    assert stages[-1] == "Storing 2 users"


def test_a_file_in_which_nobody_trades_what_is_served_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    stores = memory_stores(USD_BRL)
    files = by_hand(tmp_path, "ana,es,,,true,false,100.00,5000.00,USD/MXN")

    with pytest.raises(InvalidFile, match=r"u\.csv has nobody who trades USD/BRL"):
        seed(stores, *files)
    assert not is_seeded(stores)


def all_watches(stores: Stores) -> list[Watch]:
    return [watch for page in stores.watches.of_pair(USD_MXN) for watch in page]


def test_a_new_watch_holds_what_the_model_says_already_so_that_nobody_is_told_old_news(files: SimulatedFiles) -> None:
    stores = memory_stores(USD_MXN)
    seeded = fill(stores, files, scorer=MemoryScorer(by_cost, model_version="m-1"))

    watches, record_of_pair = all_watches(stores), stores.markets.load(USD_MXN)
    quote, state = record_of_pair.quote, record_of_pair.market
    assert quote is not None
    assert state is not None
    evaluate = EvaluateUsers(stores.summaries, MemoryScorer(by_cost, model_version="m-1"))
    says = evaluate(USD_MXN, [watch.user_id for watch in watches], state, quote.log_mid, VisitRules().margin)
    for row, watch in enumerate(watches):
        answer = says.of(row)
        assert (watch.decision, watch.band) == (answer.decision, answer.quiet)
        assert watch.band.holds(quote.log_mid)
    assert {watch.decision for watch in watches} > {Decision.HOLD}
    assert {(watch.evaluated_at, watch.model_version, watch.generation) for watch in watches} == {
        (seeded.as_of[USD_MXN], "m-1", 0)
    }
    assert list(stores.suggestions.all()) == []


def test_who_would_be_told_a_side_is_in_that_visit_already_and_hears_of_the_next(files: SimulatedFiles) -> None:
    stores = memory_stores(USD_MXN)
    fill(stores, files, scorer=MemoryScorer(by_cost))

    record_of_pair = stores.markets.load(USD_MXN)
    quote, state = record_of_pair.quote, record_of_pair.market
    assert quote is not None
    assert state is not None
    evaluate = EvaluateUsers(stores.summaries, MemoryScorer(by_cost))
    watches = all_watches(stores)
    says = evaluate(USD_MXN, [watch.user_id for watch in watches], state, quote.log_mid, VisitRules().margin)
    for watch, answer in zip(watches, says.each(), strict=True):
        side = watch.decision.side
        assert watch.episode == (0 if side is None else 1)
        assert (watch.visit.side if watch.visit else None) is side
        visit, begins = follow(watch.visit, watch.decision, answer.reach, quote.log_mid, quote.event_time, VisitRules())
        assert (visit, begins) == (watch.visit, False)


def test_watches_grow_old_one_after_the_other_evenly_over_the_refresh_age(files: SimulatedFiles) -> None:
    stores = memory_stores(USD_MXN)
    seeded = fill(stores, files, scorer=MemoryScorer(by_cost))

    due = sorted(watch.refresh_at for watch in all_watches(stores) if watch.refresh_at is not None)
    step = stores.watch_age / len(due)
    assert len(due) == seeded.users > 10
    for number, at in enumerate(due, start=1):
        assert abs(at - (seeded.as_of[USD_MXN] + number * step)) < timedelta(milliseconds=1)


def test_seeding_that_broke_off_is_not_taken_for_done(files: SimulatedFiles) -> None:
    stores = memory_stores()
    scorer = SwitchedScorer(by_cost)
    scorer.switch_off()

    with pytest.raises(ScorerUnavailable):
        fill(stores, files, scorer=scorer)

    assert not is_seeded(stores)


def test_a_seeded_cloud_has_charts_of_its_past(files: SimulatedFiles) -> None:
    stores = memory_stores()
    fill(stores, files, UNTIL)

    for pair in (USD_MXN, USD_BRL):
        newest = stores.markets.load(pair).quote
        assert newest is not None
        days = stores.bars.newest(pair, Interval.DAY, UNTIL - timedelta(days=800), UNTIL, 1000)
        assert len(days) > 50
        assert (days[-1].close, days[-1].closed_at) == (newest.mid, newest.event_time)


def test_the_first_of_the_file_are_stored_under_the_subjects_of_their_sign_ins_with_all_that_is_theirs(
    files: SimulatedFiles,
) -> None:
    plain, named = memory_stores(USD_MXN), memory_stores(USD_MXN)
    asked: list[str] = []

    def sign_ins(people: Sequence[str]) -> dict[str, str]:
        asked.extend(people)
        return {person: f"subject-of-{person}" for person in people}

    fill(plain, files)
    fill(named, files, sign_ins=sign_ins)

    users = [watch.user_id for watch in all_watches(plain)]
    assert 0 < len(asked) <= SIGN_INS
    assert len(asked) == len(set(asked))
    assert {watch.user_id for watch in all_watches(named)} == {
        f"subject-of-{user}" if user in asked else user for user in users
    }
    for person in asked:
        subject = f"subject-of-{person}"
        assert named.recipients.get_many([person]) == {}
        assert named.recipients.get_many([subject])[subject] == replace(
            plain.recipients.get_many([person])[person], user_id=subject
        )
        held = plain.portfolios.get_many(USD_MXN, [person])[person]
        assert named.portfolios.get_many(USD_MXN, [subject])[subject] == replace(held, user_id=subject)
        summary = plain.summaries.get_many(USD_MXN, [person]).get(person)
        assert repr(named.summaries.get_many(USD_MXN, [subject]).get(subject)) == repr(
            summary
        )  # NaN is no equal of itself
