from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import InvalidInput, Refused
from divisa.domain.ledger import LedgerEntry, enter, fingerprint_of, pseudonymised, transaction_id_of
from divisa.domain.pair import MINOR_DIGITS, Pair, from_minor
from divisa.domain.portfolio import Portfolio
from divisa.domain.transaction import Side, Transaction
from tests.builders import USD_MXN, WEDNESDAY, a_market_view, a_portfolio, a_quote, a_transaction

ZERO = Decimal(0)
PAIRS = [USD_MXN, Pair("USD", "JPY"), Pair("JPY", "USD")]


def entered(before: Portfolio, transaction: Transaction, key: str = "k") -> tuple[LedgerEntry, Portfolio]:
    return enter(
        before,
        transaction,
        transaction_id=transaction_id_of(before.user_id, key),
        quote=a_quote(sequence=7),
        market=a_market_view(),
        fingerprint=f"f-{key}",
    )


def test_a_buy_is_entered_with_what_it_cost_and_no_gain() -> None:
    entry, after = entered(a_portfolio("0", "2000"), a_transaction(Side.BUY, "100", "17.055"))
    assert (entry.amount, entry.realised_pnl) == (Decimal("1705.50"), None)
    assert (entry.sequence, after.sequence, after.traded_at) == (1, 1, WEDNESDAY)
    assert (entry.quote_time, entry.quote_sequence) == (WEDNESDAY, 7)


def test_a_sell_is_entered_with_what_it_brought_and_earned() -> None:
    entry, after = entered(a_portfolio("100", "0"), a_transaction(Side.SELL, "40", "18.00"))
    assert (entry.amount, entry.realised_pnl) == (Decimal("720.00"), Decimal("40.00"))
    assert after.realised_pnl == entry.realised_pnl


def test_numbers_follow_each_other_and_time_does_not_go_back() -> None:
    _, first = entered(a_portfolio(), a_transaction())
    entry, _ = entered(first, a_transaction(at=WEDNESDAY + timedelta(seconds=1)))
    assert entry.sequence == 2
    with pytest.raises(InvalidInput, match="comes after"):
        entered(first, a_transaction(at=WEDNESDAY - timedelta(microseconds=1)))


def test_what_is_not_covered_is_refused_and_leaves_no_entry() -> None:
    for side, quantity in ((Side.BUY, "1176.48"), (Side.SELL, "500.01")):
        with pytest.raises(Refused) as refused:
            entered(a_portfolio("500", "20000"), a_transaction(side, quantity, "17.00"))
        assert refused.value.code == "insufficient_funds"


@pytest.mark.parametrize("changes", [{"user_id": "ben"}, {"pair": Pair("USD", "BRL")}])
def test_a_transaction_changes_no_other_portfolio(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="its own user and pair"):
        entered(a_portfolio(), replace(a_transaction(), **changes))  # type: ignore[arg-type]


def test_a_quantity_is_whole_in_minor_units_and_worth_at_least_one() -> None:
    with pytest.raises(InvalidInput, match="part of a minor unit"):
        entered(a_portfolio(), a_transaction(Side.BUY, "1.001"))
    yen = replace(a_portfolio("500", "5"), pair=Pair("JPY", "USD"))
    bought = Transaction("ana", yen.pair, Side.BUY, Decimal(1), Decimal("0.005"), WEDNESDAY)
    with pytest.raises(InvalidInput, match="less than a minor unit"):
        entered(yen, bought)
    with pytest.raises(InvalidInput, match="part of a minor unit"):
        entered(yen, replace(bought, quantity=Decimal("10.5")))


def test_an_entry_under_a_pseudonym_names_nobody() -> None:
    entry, _ = entered(a_portfolio(), a_transaction())
    hidden = pseudonymised(entry, "erased-1")
    assert "ana" not in repr(hidden)
    assert entry.transaction_id not in repr(hidden)
    assert entry.fingerprint not in repr(hidden)
    assert (hidden.sequence, hidden.amount, hidden.market) == (entry.sequence, entry.amount, entry.market)


def test_a_request_is_known_by_what_it_asks_for() -> None:
    plain = fingerprint_of("q", Side.BUY, Decimal("100"), ZERO)
    assert plain == fingerprint_of("q", Side.BUY, Decimal("1E+2"), Decimal("0.000"))
    others = [
        fingerprint_of("r", Side.BUY, Decimal("100"), ZERO),
        fingerprint_of("q", Side.SELL, Decimal("100"), ZERO),
        fingerprint_of("q", Side.BUY, Decimal("100.01"), ZERO),
        fingerprint_of("q", Side.BUY, Decimal("100"), Decimal("0.01")),
    ]
    assert len({plain, *others}) == 5


LITTLE, MUCH = st.integers(1, 10**6), st.integers(1, 10**16)
NANOS = st.integers(1, 10**11) | st.integers(1, 10**18)
TRADES = st.lists(st.tuples(st.sampled_from(Side), LITTLE | MUCH, NANOS), max_size=25)


@given(st.sampled_from(PAIRS), TRADES, st.tuples(st.integers(0, 10**17), st.integers(0, 10**17)))
def test_balances_are_the_opening_and_the_ledger_and_pnl_is_proceeds_less_cost(
    pair: Pair, trades: list[tuple[Side, int, int]], opening: tuple[int, int]
) -> None:
    base, quote = from_minor(opening[0], pair.base), from_minor(opening[1], pair.quote)
    start = portfolio = Portfolio("ana", pair, base, quote, base_cost=quote)
    ledger: list[LedgerEntry] = []
    for side, quantity, price in trades:
        trade = Transaction("ana", pair, side, from_minor(quantity, pair.base), Decimal(price).scaleb(-9), WEDNESDAY)
        before = portfolio
        try:
            entry, portfolio = entered(before, trade)
        except InvalidInput:
            continue
        ledger.append(entry)
        assert min(portfolio.base_balance, portfolio.quote_balance, portfolio.base_cost) >= 0
        assert entry.amount == half_even(Fraction(trade.quantity) * Fraction(trade.price), pair.quote)
        if side is Side.SELL:
            share = Fraction(before.base_cost) * Fraction(trade.quantity) / Fraction(before.base_balance)
            assert before.base_cost - portfolio.base_cost == half_even(share, pair.quote)
            assert entry.realised_pnl == entry.amount - half_even(share, pair.quote)
    buys = [entry for entry in ledger if entry.transaction.side is Side.BUY]
    sells = [entry for entry in ledger if entry.transaction.side is Side.SELL]
    bought, sold = (sum((e.transaction.quantity for e in some), ZERO) for some in (buys, sells))
    spent, earned = (sum((e.amount for e in some), ZERO) for some in (buys, sells))
    assert [entry.sequence for entry in ledger] == list(range(1, len(ledger) + 1))
    assert portfolio.sequence == len(ledger)
    assert portfolio.base_balance == start.base_balance + bought - sold
    assert portfolio.quote_balance == start.quote_balance - spent + earned
    assert portfolio.realised_pnl == earned - (start.base_cost + spent - portfolio.base_cost)
    assert portfolio.realised_pnl == sum((e.realised_pnl for e in sells if e.realised_pnl is not None), ZERO)


def half_even(exact: Fraction, currency: str) -> Decimal:
    """Rounding with whole numbers only."""
    scale: int = 10 ** MINOR_DIGITS[currency]
    return Decimal(round(exact * scale)) / scale


def test_the_rounding_of_the_tests_is_half_even_too() -> None:
    for text in ("0.125", "0.135", "0.1251", "2.005"):
        cents = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        assert half_even(Fraction(text), "USD") == cents
