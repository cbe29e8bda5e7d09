"""The compiled search: from a user's bins to the leaves of all trees at once, and on to where the decision flips.

One ray at a time, upwards and downwards, in pieces. The masks of a piece's two ends leave over the leaves that each
tree can reach within it; the least and the most of each tree's leaves bound the raw scores. Most pieces cannot flip the
decision then. One that might is halved, until so few leaves are left over that their cuts are taken one by one.

Where a side ends the search goes on from its edge, if it was asked to: over HOLD, up to the margin, and over the same
side again where HOLD gives way to it before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numba
import numpy as np

from .compiled import compiled
from .cuts import EPS
from .decision import Rule, margins, room, rule_of, says, stays
from .ensemble import Ensemble
from .events import Events, first_flip, room_for_events
from .masks import both, leave_over, pairs, total, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

FOUND, UNSURE, REFUSED = 0, 1, 2
"""What became of a user: an exact answer; a score too close to a threshold to compare here; terms or a
margin that are none."""

_PIECES = (np.inf, 0.08, 0.03)
"""A ray is searched in pieces that end so far from x, in log price. Any do; others are slower."""
_FEW = 60
"""Pairs of leaves among which events are told one by one; a piece with more of them is halved."""
_NARROW, _FAR = 1e-5, 8.0
"""Pieces that are narrower than the one, or begin farther out than the other, are halved no more."""
_NEXT = 0.1
"""The length of the first piece that is cut off one without an end; later ones are as long as what is behind them."""
_DEPTH = 32
"""Pieces that can wait for each other: log2 of what the distances above leave room for, and some."""
_LARGEST = float(np.finfo(np.float64).max)

_STILL, _RISING, _FALLING, _ON, _BACK, _STARTS = range(6)
"""Masks: leaves that the features which do not move leave over; those on either ray; of the piece at hand, those that
are reached from its start on, and those that are reached from there back; then those from each piece's end back."""

LOWER, UPPER, REACH_LOWER, REACH_UPPER, QUIET_LOWER, QUIET_UPPER = range(6)
"""Columns of edges."""


class Scratch(NamedTuple):
    """Room for one user at a time.

    Attributes:
        masks: as named above, shape (5 + _DEPTH, padded words).
        moving: features that move.
        rows: rows of bins in the masks.
        ahead: those at each piece's end, shape (_DEPTH, price features).
        until: how far from x each piece ends.
        known: whether its end's masks are there already.
        value: of features that move.
        ray: edge, reach and quiet on the ray at hand.
        events: what a piece needs that bounds do not rule out.
    """

    masks: Array
    moving: Array
    rows: Array
    ahead: Array
    until: Array
    known: Array
    value: Array
    ray: Array
    events: Events


@compiled(allocates=True)
def room_for(e: Ensemble) -> Any:
    """Room enough for an ensemble."""
    price = e.price_features
    return Scratch(
        np.empty((_STARTS + _DEPTH, len(e.leaves)), np.uint32),
        np.empty(price, np.int64),
        np.empty(len(e.first) - 1, np.int64),
        np.empty((_DEPTH, price), np.int64),
        np.empty(_DEPTH),
        np.empty(_DEPTH, np.int64),
        np.empty(price),
        np.empty(3),
        room_for_events(e),
    )


@compiled()
def bin_of(steps: Array, value: Any) -> Any:
    """Number of bounds of a ladder's row that a value is not below; as many steps for every value, without a branch."""
    found, step = 0, (len(steps) + 1) >> 1
    while step > 0:
        found += step * (value >= steps[found + step - 1])
        step >>= 1
    return found


@compiled()
def rows_at(e: Ensemble, s: Scratch, count: Any, x: Any, rows: Array) -> None:
    """The rows of the moving features' bins at x; all features a step at a time, since none waits for another."""
    first, ladder, moving, terms, value = e.first, e.ladder, s.moving, s.events.terms, s.value
    for k in range(count):
        value[k] = min(terms[0, moving[k]] * x + terms[1, moving[k]], _LARGEST)
        rows[k] = 0
    step = (ladder.shape[1] + 1) >> 1
    while step > 0:
        for k in range(count):
            rows[k] += step * (value[k] >= ladder[moving[k], rows[k] + step - 1])
        step >>= 1
    for k in range(count):
        rows[k] += first[moving[k]] + 2 * moving[k]


@compiled()
def enter(e: Ensemble, x: Any, slope: Array, intercept: Array, state: Array, s: Scratch) -> Any:
    """The leaves on either ray, and which features move: returns their number, or −1 when the terms are none."""
    price, columns = e.price_features, e.price_features + len(state)
    terms, first, moving, rows, masks = s.events.terms, e.first, s.moving, s.rows, s.masks
    fine = np.isfinite(x)
    still = count = 0
    for f in range(columns):
        if f < price and not (np.isnan(slope[f]) or np.isnan(intercept[f])):
            terms[0, f], terms[1, f], terms[2, f] = slope[f], intercept[f], 1.0 / slope[f]
            fine = fine and slope[f] > 0.0 and np.isfinite(slope[f] * x + intercept[f]) and np.isfinite(terms[2, f])
            moving[count] = f
            count += 1
        else:
            rows[still] = first[f + 1] + 2 * f + 1
            if f >= price and not np.isnan(state[f - price]):
                rows[still] = first[f] + 2 * f + bin_of(e.ladder[f], float(state[f - price]))
            still += 1
    if not fine:
        return -1
    leave_over(e.leaves, e.rising, rows, still, masks[_STILL])
    rows_at(e, s, count, x, rows)
    leave_over(masks[_STILL], e.rising, rows, count, masks[_RISING])
    leave_over(masks[_STILL], e.falling, rows, count, masks[_FALLING])
    return count


@compiled()
def begin_at(e: Ensemble, s: Scratch, up: Any, x: Any, count: Any, rule: Rule) -> Any:
    """The masks with which a piece begins at x; returns what is decided there, or −1 where that is not sure."""
    going, coming = (e.rising, e.falling) if up else (e.falling, e.rising)
    rows_at(e, s, count, x, s.rows)
    leave_over(s.masks[_STILL], going, s.rows, count, s.masks[_ON])
    leave_over(s.masks[_STILL], coming, s.rows, count, s.masks[_BACK])
    both(s.masks[_ON], s.masks[_BACK], s.events.placed)
    score = s.events.score[1]
    total(e, s.events.placed, score)
    buy, sell = margins(score[0], score[1], score[2], rule)
    return says(buy, sell) if room(buy, sell) > rule.near else -1


@compiled()
def search_ray(e: Ensemble, s: Scratch, up: Any, x: Any, count: Any, decision: Any, margin: Any, rule: Rule) -> Any:
    """Where the decision ends on a ray, its reach and its quiet, into `s.ray`; returns whether all of it is sure.

    The ends of pieces wait on a stack, the farthest at the bottom.
    """
    sign = 1.0 if up else -1.0
    masks, ahead, until, known, events, ray = s.masks, s.ahead, s.until, s.known, s.events, s.ray
    going, coming, from_x, to_x = e.rising, e.falling, _RISING, _FALLING
    if not up:
        going, coming, from_x, to_x = coming, going, to_x, from_x
    on, back, reach = masks[_ON], masks[_BACK], events.reach
    both(masks[from_x], masks[from_x], on)
    both(masks[to_x], masks[to_x], back)
    low, high = events.score[2], events.score[3]
    top = len(_PIECES) - 1
    for i in range(len(_PIECES)):
        until[i], known[i] = _PIECES[i], i == 0
    here, begin, enough = 0.0, x, np.inf
    said, is_first = decision, True
    ray[0] = ray[1] = ray[2] = sign * np.inf
    while top >= 0:
        if said != decision:
            if here >= enough:
                return True
            if enough < until[top] and top + 1 < _DEPTH:
                top += 1
                until[top], known[top] = enough, False
        if not known[top]:
            rows_at(e, s, count, x + sign * until[top], ahead[top])
            leave_over(e.leaves, coming, ahead[top], count, masks[_STARTS + top])
            known[top] = True
        both(on, masks[_STARTS + top] if top > 0 else on, reach)
        within(e, reach, low, high)
        if not stays(said, low, high, rule):
            halved = until[top] - here > _NARROW and here < _FAR and top + 1 < _DEPTH
            if halved and pairs(reach, len(e.words) - 1) > _FEW:
                until[top + 1] = min(here + max(here, _NEXT), 0.5 * (here + until[top]))
                top += 1
                known[top] = False
                continue
            both(on, back, events.placed)
            total(e, events.placed, events.score[1])
            cut, sure = first_flip(e, events, sign, begin, sign * (x + sign * until[top] - begin), said, rule)
            if not sure:
                return False
            if np.isfinite(cut):
                if said == decision:
                    ray[0] = cut if is_first else ray[0]
                    ray[1] = ray[2] = cut
                    is_first = False
                    goes_on = decision != 0 and margin > 0.0
                else:
                    ray[2] = min(cut, ray[2]) if up else max(cut, ray[2])
                    goes_on = abs(cut - ray[1]) < margin
                if not goes_on:
                    return True
                begin = cut if up else np.nextafter(cut, -np.inf)
                now = begin_at(e, s, up, begin, count, rule)
                if now < 0:
                    return False
                if now != (0 if said == decision else decision):
                    return True
                if now == 0:
                    ray[2] = cut + sign * margin
                    enough = abs(ray[2] - x) + 2.0 * EPS * (abs(ray[2]) + abs(x))
                else:
                    ray[1] = ray[2] = sign * np.inf
                said, here = now, abs(begin - x)
                continue
        if top > 0:
            leave_over(masks[_STILL], going, ahead[top], count, on)
            both(masks[_STARTS + top], masks[_STARTS + top], back)
            here = until[top]
            begin = x + sign * here
        top -= 1
    return True


_TYPES: Any = numba.types


def _array(kind: Any, dimensions: int, *, readonly: bool = False) -> Any:
    return _TYPES.Array(kind, dimensions, "C", readonly=readonly)


_F8, _I8, _I4, _U4 = (_array(kind, 1) for kind in (numba.f8, numba.i8, numba.i4, numba.u4))
_F82, _I42, _U42 = (_array(kind, 2) for kind in (numba.f8, numba.i4, numba.u4))
_PARTS = _TYPES.Tuple(
    (numba.i8, _F8, _I8, _F82, _U42, _U42, _U4, _I8, _F8, _I4, _I8, _F8, _U4, _F8, _I42, _F8, numba.f8, numba.f8)
)
"""Of an ensemble. A class of its own would be known by its name, which two copies of this package would contend for."""
_COLUMN, _TERMS, _STATE = (
    _array(kind, dimensions, readonly=True) for kind, dimensions in ((numba.f8, 1), (numba.f8, 2), (numba.f4, 2))
)
_OUTCOME = _array(numba.i1, 1)


@compiled()
def scores_of_all(
    e: Ensemble, s: Scratch, x: Array, slope: Array, intercept: Array, state: Array, raw: Array, outcome: Array
) -> None:
    """`scores` with the room that it needs."""
    for u in range(len(x)):
        outcome[u] = REFUSED
        if enter(e, x[u], slope[u], intercept[u], state[u], s) >= 0:
            outcome[u] = FOUND
            both(s.masks[_RISING], s.masks[_FALLING], s.events.reach)
            total(e, s.events.reach, raw[u])


@compiled(numba.void(_PARTS, _COLUMN, _TERMS, _TERMS, _STATE, _F82, _OUTCOME), allocates=True)
def scores(parts: Any, x: Array, slope: Array, intercept: Array, state: Array, raw: Array, outcome: Array) -> None:
    """Raw scores of users at x into `raw`, shape (n, 3), to the last bit scikit-learn's, and FOUND or REFUSED.

    `parts` are those of an ensemble, as a plain tuple.
    """
    e = Ensemble(*parts)
    scores_of_all(e, room_for(e), x, slope, intercept, state, raw, outcome)


@compiled()
def edges_of_all(
    e: Ensemble,
    s: Scratch,
    x: Array,
    slope: Array,
    intercept: Array,
    state: Array,
    margin: Array,
    rule: Rule,
    raw: Array,
    found: Array,
    outcome: Array,
) -> None:
    """`edges` with the room that it needs."""
    ray = s.ray
    for u in range(len(x)):
        count = enter(e, x[u], slope[u], intercept[u], state[u], s)
        outcome[u] = REFUSED
        if count < 0 or margin[u] < 0.0 or np.isinf(margin[u]):
            continue
        both(s.masks[_RISING], s.masks[_FALLING], s.events.reach)
        total(e, s.events.reach, raw[u])
        buy, sell = margins(raw[u, 0], raw[u, 1], raw[u, 2], rule)
        outcome[u] = UNSURE
        if room(buy, sell) <= rule.near:
            continue
        decision = says(buy, sell)
        sure = search_ray(e, s, True, x[u], count, decision, margin[u], rule)
        found[u, UPPER], found[u, REACH_UPPER], found[u, QUIET_UPPER] = ray[0], ray[1], ray[2]
        if not sure:
            continue
        sure = search_ray(e, s, False, x[u], count, decision, margin[u], rule)
        found[u, LOWER], found[u, REACH_LOWER], found[u, QUIET_LOWER] = ray[0], ray[1], ray[2]
        if sure:
            outcome[u] = FOUND


@compiled(
    numba.void(_PARTS, _COLUMN, _TERMS, _TERMS, _STATE, _COLUMN, numba.f8, _F8, _F82, _F82, _OUTCOME), allocates=True
)
def edges(
    parts: Any,
    x: Array,
    slope: Array,
    intercept: Array,
    state: Array,
    margin: Array,
    temperature: Any,
    log_thresholds: Array,
    raw: Array,
    found: Array,
    outcome: Array,
) -> None:
    """Raw scores as in `scores`, edges by column into `found`, and whether each user is FOUND, UNSURE or REFUSED.

    Quickest when users with like prices are neighbours: they ask for the same masks.
    """
    e = Ensemble(*parts)
    rule = rule_of(temperature, log_thresholds, e.drift * (1.0 + 1.0 / temperature))
    edges_of_all(e, room_for(e), x, slope, intercept, state, margin, rule, raw, found, outcome)
