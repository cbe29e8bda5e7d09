from __future__ import annotations

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades, fold
from divisa.domain.columns import Array, stack, take, unstack
from divisa.domain.market import MarketView
from model.ledger_history import Ledger, summaries

COUNTS = np.array([3, 0, 7, 1, 7, 2])
N = int(COUNTS.sum())


def trades() -> Trades[Array]:
    draws = np.random.default_rng(1)
    at = np.concatenate([np.sort(draws.uniform(0, 9e6, count)) for count in COUNTS])
    return Trades(at, draws.integers(0, 2, N).astype(float), draws.uniform(1, 99, N), draws.uniform(16, 18, N))


def markets() -> MarketView[Array]:
    draws = np.random.default_rng(2)
    x = draws.uniform(2.7, 2.9, (9, N))
    x[6], x[7], x[8] = 0.01, 2.7, 2.9
    return MarketView(*x)


def test_folding_side_by_side_is_folding_one_after_the_other() -> None:
    wanted = np.arange(N)
    together = unstack(BehaviourSummary[float], summaries(COUNTS, trades(), markets(), wanted))

    row = 0
    for count in COUNTS:
        state = stack(BehaviourSummary[Array], [NEWCOMER])
        for _ in range(count):
            here = np.array([row])
            state = fold(state, take(Trades[Array], trades(), here), take(MarketView[Array], markets(), here))
            assert repr(together[row]) == repr(unstack(BehaviourSummary[float], state)[0])
            row += 1


def test_who_is_asked_about_before_any_transaction_is_a_newcomer() -> None:
    asked = np.array([-1, 5, -1])

    found = unstack(BehaviourSummary[float], summaries(COUNTS, trades(), markets(), asked))

    assert repr(found[0]) == repr(found[2]) == repr(NEWCOMER)
    assert found[1].buys + found[1].sells == 3  # the third of the owner with seven, whose first is the fourth of all


def test_blocks_hold_whole_owners_and_everybody_once() -> None:
    starts = np.concatenate([[0], np.cumsum(COUNTS)])
    nothing = np.empty(N)
    ledger = Ledger(starts, nothing.astype(int), nothing.astype(int), nothing.astype(bool), nothing, nothing)

    assert list(ledger.blocks(transactions=8)) == [(0, 2), (2, 4), (4, 5), (5, 6)]
    assert list(ledger.blocks(transactions=1)) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]
    assert list(ledger.blocks(owners=4)) == [(0, 4), (4, 6)]
