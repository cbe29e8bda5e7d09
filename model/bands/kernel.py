"""The compiled search: from a user's bins to the leaves of all trees at once, and on to where the decision flips.

One ray at a time, upwards and downwards. The masks leave over the leaves that each tree can still reach on the ray;
many trees have one, and the others are told as events (distance, change of score), found without walking from the root.
Events are put into buckets by distance. A bucket whose changes, in whatever order, cannot flip the decision is taken
at once; only in the others the events are sorted and taken one by one. Distances are good to a few roundings; where
the order of events could hang on that, the exact cuts are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numba
import numpy as np

from .compiled import compiled
from .ensemble import Ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

FOUND, UNSURE, REFUSED = 0, 1, 2
"""What became of a user: an exact answer; a score too close to a threshold to compare here; terms that are no terms."""

_EPS = float(np.finfo(np.float64).eps)
_BUCKETS = 64
_NEAREST = 1011
"""Exponent (of float64, biased) of the distance below which all is one bucket: 2^-12, a 40th of a percent."""

_DE_BRUIJN = np.uint32(0x077CB531)
_LOWEST_BIT = np.zeros(32, dtype=np.int64)
_LOWEST_BIT[[(0x077CB531 << bit & 0xFFFFFFFF) >> 27 for bit in range(32)]] = np.arange(32)


@compiled()
def lowest_bit(word: Any) -> Any:
    """Position of the lowest bit that is set."""
    return _LOWEST_BIT[np.uint32((word & (~word + np.uint32(1))) * _DE_BRUIJN) >> np.uint32(27)]


@compiled()
def bin_of(bounds: Array, begin: Any, end: Any, value: Any) -> Any:
    """Number of bounds in bounds[begin:end] that a value is not below."""
    base, count = begin, end - begin
    while count > 1:
        half = count >> 1
        base += half * (value >= bounds[base + half - 1])
        count -= half
    if count == 1:
        base += value >= bounds[base]
    return base - begin


@compiled(numba.f8(numba.f8, numba.f8, numba.f8))
def cut_of(slope: Any, intercept: Any, bound: Any) -> Any:
    """The smallest float64 x with slope · x + intercept >= bound, in float64 arithmetic; infinite where none is."""
    x = (bound - intercept) / slope
    if not np.isfinite(x):
        return x
    for _ in range(6):
        if slope * x + intercept >= bound:
            below = np.nextafter(x, -np.inf)
            if slope * below + intercept < bound:
                return x
            x = below
        else:
            x = np.nextafter(x, np.inf)
            if slope * x + intercept >= bound:
                return x
    # Where x is small against the terms many x share a value: halve an interval that surely holds the cut.
    reach = 1e-12 * (abs(x) + (abs(bound) + abs(intercept)) / slope) + 1e-300
    low, high = x - reach, x + reach
    while slope * low + intercept >= bound:
        low -= reach
        reach *= 2.0
    while slope * high + intercept < bound:
        high += reach
        reach *= 2.0
    while True:
        middle = low + (high - low) / 2.0
        if middle <= low or middle >= high:
            return high
        if slope * middle + intercept >= bound:
            high = middle
        else:
            low = middle


class Scratch(NamedTuple):
    """Room for one user at a time."""

    still: Array
    now: Array
    rising: Array
    falling: Array
    rows: Array
    wide: Array
    slope: Array
    intercept: Array
    inverse: Array
    cut: Array
    target: Array
    distance: Array
    bits: Array
    kind: Array
    change: Array
    at: Array
    by: Array
    follows: Array
    bucket: Array
    low: Array
    high: Array
    order: Array
    exact: Array


@compiled()
def scratch_for(e: Ensemble) -> Any:
    """Room enough for an ensemble: on one ray a tree has at most an event a leaf."""
    words, leaves = len(e.leaves), len(e.values)
    distance = np.empty(leaves)
    return Scratch(
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.empty(len(e.first) - 1, np.int64),
        np.empty(len(e.words) - 1, np.int64),
        np.zeros(e.price_features),
        np.zeros(e.price_features),
        np.zeros(e.price_features),
        np.empty(leaves),
        np.empty(leaves, np.int64),
        distance,
        distance.view(np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(_BUCKETS, np.int64),
        np.empty((_BUCKETS, 3)),
        np.empty((_BUCKETS, 3)),
        np.empty(leaves, np.int64),
        np.empty(leaves),
    )


@compiled()
def enter(e: Ensemble, x: Any, slope: Array, intercept: Array, state: Array, s: Scratch) -> Any:
    """The leaves a user can reach on either ray, and the one of each tree at x; False when the terms are none."""
    price, columns = e.price_features, e.price_features + len(state)
    fine = np.isfinite(x)
    for f in range(columns):
        begin, end = e.first[f], e.first[f + 1]
        if f >= price:
            value = float(state[f - price])
        else:
            a, b = slope[f], intercept[f]
            value = a * x + b
            if np.isnan(a) or np.isnan(b):
                value = np.nan
            else:
                s.slope[f], s.intercept[f], s.inverse[f] = a, b, 1.0 / a
                fine = fine and a > 0.0 and np.isfinite(value) and np.isfinite(s.inverse[f])
        s.rows[f] = end + 2 * f + 1
        if not np.isnan(value):
            s.rows[f] = begin + 2 * f + bin_of(e.bounds, begin, end, value)
    leave_over(e.rising, s.rows, price, columns, e.leaves, s.still)
    leave_over(e.rising, s.rows, 0, price, s.still, s.rising)
    leave_over(e.falling, s.rows, 0, price, s.still, s.falling)
    for w in range(len(s.now)):
        s.now[w] = s.rising[w] & s.falling[w]
    return fine


@compiled()
def leave_over(masks: Array, rows: Array, begin: Any, end: Any, leaves: Array, out: Array) -> None:
    """The AND of some leaves and the masks in rows[begin:end], three at a time since memory is what it costs."""
    words = len(out)
    out[:] = leaves
    for f in range(begin, end, 3):
        one, two, three = masks[rows[f]], masks[rows[min(f + 1, end - 1)]], masks[rows[min(f + 2, end - 1)]]
        for w in range(words):
            out[w] &= one[w] & two[w] & three[w]


@compiled()
def total(e: Ensemble, s: Scratch, raw: Array) -> None:
    """Raw scores in scikit-learn's own order of sums, which makes them the same to the last bit."""
    hold, buy, sell = e.baseline[0], e.baseline[1], e.baseline[2]
    for t in range(0, len(e.words) - 1, 3):
        hold += e.values[leaf_of(e, s, t)]
        buy += e.values[leaf_of(e, s, t + 1)]
        sell += e.values[leaf_of(e, s, t + 2)]
    raw[0], raw[1], raw[2] = hold, buy, sell


@compiled()
def leaf_of(e: Ensemble, s: Scratch, t: Any) -> Any:
    """The leaf of a tree at x."""
    w = e.words[t]
    while s.now[w] == 0:
        w += 1
    return 32 * w + lowest_bit(s.now[w])


@compiled()
def margins(hold: Any, buy: Any, sell: Any, temperature: Any, log_thresholds: Array) -> Any:
    """Logarithms of probability over threshold of BUY and SELL, given raw scores."""
    a, b, c = hold / temperature, buy / temperature, sell / temperature
    top = max(a, max(b, c))
    every = top + np.log(np.exp(a - top) + np.exp(b - top) + np.exp(c - top))
    return b - every - log_thresholds[0], c - every - log_thresholds[1]


@compiled()
def says(buy: Any, sell: Any) -> Any:
    """The decision that margins make."""
    if max(buy, sell) < 0.0:
        return 0
    return 1 if buy >= sell else 2


@compiled()
def room(buy: Any, sell: Any) -> Any:
    """How far margins are from another decision, at least."""
    most = max(buy, sell)
    return -most if most < 0.0 else min(most, abs(buy - sell))


@compiled()
def surely_stays(decision: Any, low: Array, high: Array, raw: Array, slack: Array) -> Any:
    """The same as `stays`, cheap and often False for nothing.

    A log probability rises by no more than its own raw score does over the one that falls most. `slack` is what the
    margins of BUY and SELL and the difference of the two have left at `raw`.
    """
    if decision == 0:
        buy, sell = high[1] - raw[1], high[2] - raw[2]
        hold = low[0] - raw[0]
        return (
            buy - min(buy, min(hold, low[2] - raw[2])) < slack[0]
            and sell - min(sell, min(hold, low[1] - raw[1])) < slack[1]
        )
    side, other = (1, 2) if decision == 1 else (2, 1)
    mine, theirs = low[side] - raw[side], high[other] - raw[other]
    return max(mine, max(theirs, high[0] - raw[0])) - mine < slack[side - 1] and theirs - mine < slack[2]


@compiled()
def stays(decision: Any, low: Array, high: Array, temperature: Any, log_thresholds: Array, near: Any) -> Any:
    """Whether a decision surely holds for all raw scores from `low` to `high`."""
    if decision == 0:
        buy, _ = margins(low[0], high[1], low[2], temperature, log_thresholds)
        _, sell = margins(low[0], low[1], high[2], temperature, log_thresholds)
        return max(buy, sell) < -near
    if decision == 1:
        buy, sell = margins(high[0], low[1], high[2], temperature, log_thresholds)
        return buy > near and buy - sell > near
    buy, sell = margins(high[0], high[1], low[2], temperature, log_thresholds)
    return sell > near and sell - buy > near


@compiled()
def exact_cut(e: Ensemble, s: Scratch, split: Any) -> Any:
    """Where on the x axis a split is, to the last bit."""
    f = e.split[split, 1]
    return cut_of(s.slope[f], s.intercept[f], e.split_bound[split])


@compiled()
def blur(s: Scratch) -> Any:
    """What a cut that is not exact can be off, over eps, for a cut at 0."""
    most = 0.0
    for f in range(len(s.slope)):
        most = max(most, abs(s.intercept[f]) * s.inverse[f])
    return 32.0 * most


@compiled()
def collect(e: Ensemble, s: Scratch, up: Any, x: Any) -> Any:
    """The events of one ray, in no order; returns how many.

    A tree's reachable leaves, from left to right, are parted by the splits where two neighbours meet. A leaf between
    two cuts that are the wrong way round is never reached: then the split nearer to the root decides.
    """
    words, values, right_of, split_bound, split = e.words, e.values, e.right_of, e.split_bound, e.split
    wide, cuts, target, by, distance, change, at, kind, intercept, inverse = (
        s.wide,
        s.cut,
        s.target,
        s.by,
        s.distance,
        s.change,
        s.at,
        s.kind,
        s.intercept,
        s.inverse,
    )
    reach = s.rising if up else s.falling
    sign = 1.0 if up else -1.0
    fuzz = blur(s)
    trees = 0
    for t in range(len(words) - 1):
        word = reach[words[t]]
        wide[trees] = t
        trees += (word & (word - np.uint32(1)) != 0) | (words[t + 1] != words[t] + 1)
    count = 0
    for n in range(trees):
        t = wide[n]
        w, end = words[t], words[t + 1]
        word = reach[w]
        while word == 0:
            w += 1
            word = reach[w]
        before = 32 * w + lowest_bit(word)
        word &= word - np.uint32(1)
        source = before
        top = -1
        while True:
            while word == 0 and w + 1 < end:
                w += 1
                word = reach[w]
            if word == 0:
                break
            leaf = 32 * w + lowest_bit(word)
            word &= word - np.uint32(1)
            if before >= 32 * w:
                # The split where both meet has the one on its right and is the first of these behind the other.
                node = before + 1 + lowest_bit(right_of[leaf] >> np.uint32(before + 1 - 32 * w))
            else:
                node = before + 1
                while split[node, 3] <= leaf:
                    node = np.int64(split[node, 3])
            before = leaf
            f, depth = split[node, 1], split[node, 2]
            cut = (split_bound[node] - intercept[f]) * inverse[f]
            hidden = False
            while top >= 0:
                gap = cuts[top] - cut
                if abs(gap) <= _EPS * (fuzz + 32.0 * abs(cut)) and split[by[top], 0] != split[node, 0]:
                    gap = exact_cut(e, s, by[top]) - exact_cut(e, s, node)
                if gap < 0.0:
                    break
                if split[by[top], 2] < depth:
                    hidden = True
                    break
                top -= 1
            if hidden:
                target[top] = leaf
                continue
            top += 1
            cuts[top], target[top], by[top] = cut, leaf, node
        for i in range(top + 1):
            distance[count] = max(sign * (cuts[i] - x), 0.0)
            change[count] = sign * (values[target[i]] - values[source])
            at[count] = by[i]
            kind[count] = t % 3
            source = target[i]
            count += 1
    return count


@compiled()
def into_buckets(s: Scratch, count: Any, blurred: Any) -> Any:
    """Chain the events of each bucket and sum up their falls and rises; False when one may belong to its neighbour."""
    bits, follows, bucket, low, high, kind, change = s.bits, s.follows, s.bucket, s.low, s.high, s.kind, s.change
    bucket[:] = -1
    low[:] = 0.0
    high[:] = 0.0
    quarter = 1 << 50
    # No distance beyond the first bucket is blurred by more than so many units of its last place.
    margin = np.int64(blurred * 2.0**66) + 2
    for i in range(count):
        k = (bits[i] >> 50) - 4 * _NEAREST + 1
        inside = bits[i] & (quarter - 1)
        if k >= 0 and (inside < margin or inside > quarter - margin):
            return False
        k = min(max(k, 0), _BUCKETS - 1)
        follows[i] = bucket[k]
        bucket[k] = i
        low[k, kind[i]] += min(change[i], 0.0)
        high[k, kind[i]] += max(change[i], 0.0)
    return True


@compiled()
def sort_bucket(s: Scratch, k: Any) -> Any:
    """The events of a bucket into `order`, nearest first; returns how many."""
    count = 0
    i = s.bucket[k]
    while i >= 0:
        s.order[count] = i
        count += 1
        i = s.follows[i]
    if count > 64:
        s.order[:count] = s.order[:count][np.argsort(s.distance[s.order[:count]])]
        return count
    for i in range(1, count):
        event = s.order[i]
        at = i
        while at > 0 and s.distance[s.order[at - 1]] > s.distance[event]:
            s.order[at] = s.order[at - 1]
            at -= 1
        s.order[at] = event
    return count


@compiled()
def sort_exactly(e: Ensemble, s: Scratch, begin: Any, end: Any, sign: Any) -> None:
    """Order events that are too near to each other by their exact cuts, which are put into `exact`."""
    for i in range(begin, end):
        event = s.order[i]
        key = sign * exact_cut(e, s, s.at[event])
        at = i
        while at > begin and s.exact[at - 1] > key:
            s.exact[at] = s.exact[at - 1]
            s.order[at] = s.order[at - 1]
            at -= 1
        s.exact[at], s.order[at] = key, event


@compiled()
def edge_of(
    e: Ensemble,
    s: Scratch,
    up: Any,
    x: Any,
    raw: Array,
    decision: Any,
    slack: Array,
    temperature: Any,
    log_thresholds: Array,
    near: Any,
    score: Array,
    low: Array,
    high: Array,
) -> Any:
    """The first cut on a ray where the decision is another one, or an infinity; and whether that is sure."""
    sign = 1.0 if up else -1.0
    count = collect(e, s, up, x)
    fuzz = _EPS * (blur(s) + 32.0 * abs(x))
    if not into_buckets(s, count, fuzz + 32.0 * _EPS):
        return 0.0, False
    score[:] = raw
    for k in range(_BUCKETS):
        if s.bucket[k] < 0:
            continue
        for c in range(3):
            low[c] = score[c] + s.low[k, c]
            high[c] = score[c] + s.high[k, c]
        if surely_stays(decision, low, high, raw, slack) or stays(
            decision, low, high, temperature, log_thresholds, near
        ):
            for c in range(3):
                score[c] = low[c] + s.high[k, c]
            continue
        size = sort_bucket(s, k)
        begin = 0
        while begin < size:
            # Events whose distances do not tell their order; those of one bound are at one and the same cut.
            end, alike = begin + 1, True
            while end < size:
                far = s.distance[s.order[end]]
                if not far - s.distance[s.order[end - 1]] <= 2.0 * fuzz + 64.0 * _EPS * far:
                    break
                alike = alike and e.split[s.at[s.order[end]], 0] == e.split[s.at[s.order[begin]], 0]
                end += 1
            if not alike:
                sort_exactly(e, s, begin, end, sign)
            while begin < end:
                event = s.order[begin]
                here = s.exact[begin]
                while begin < end and (alike or s.exact[begin] == here):
                    i = s.order[begin]
                    score[s.kind[i]] += s.change[i]
                    begin += 1
                if surely_stays(decision, score, score, raw, slack):
                    continue
                buy, sell = margins(score[0], score[1], score[2], temperature, log_thresholds)
                if room(buy, sell) <= near:
                    return 0.0, False
                if says(buy, sell) != decision:
                    return exact_cut(e, s, s.at[event]), True
    return sign * np.inf, True


_TYPES: Any = numba.types
_F8 = _TYPES.Array(numba.f8, 1, "C")
_I8 = _TYPES.Array(numba.i8, 1, "C")
_U4 = _TYPES.Array(numba.u4, 1, "C")
_U42 = _TYPES.Array(numba.u4, 2, "C")
_ENSEMBLE = _TYPES.NamedTuple(
    (numba.i8, _F8, _I8, _U42, _U42, _U4, _I8, _F8, _U4, _F8, _TYPES.Array(numba.i4, 2, "C"), _F8, numba.f8),
    Ensemble,
)
_COLUMN, _TERMS, _STATE = (
    _TYPES.Array(kind, dimensions, "C", readonly=True)
    for kind, dimensions in ((numba.f8, 1), (numba.f8, 2), (numba.f4, 2))
)
_RAW, _OUTCOME = _TYPES.Array(numba.f8, 2, "C"), _TYPES.Array(numba.i1, 1, "C")


@compiled(numba.void(_ENSEMBLE, _COLUMN, _TERMS, _TERMS, _STATE, _RAW, _OUTCOME))
def scores(e: Ensemble, x: Array, slope: Array, intercept: Array, state: Array, raw: Array, outcome: Array) -> None:
    """Raw scores of users at x into `raw`, shape (n, 3), to the last bit scikit-learn's, and FOUND or REFUSED."""
    s = scratch_for(e)
    for u in range(len(x)):
        outcome[u] = REFUSED
        if enter(e, x[u], slope[u], intercept[u], state[u], s):
            outcome[u] = FOUND
            total(e, s, raw[u])


@compiled(numba.void(_ENSEMBLE, _COLUMN, _TERMS, _TERMS, _STATE, numba.f8, _COLUMN, _RAW, _F8, _F8, _OUTCOME))
def edges(
    e: Ensemble,
    x: Array,
    slope: Array,
    intercept: Array,
    state: Array,
    temperature: Any,
    log_thresholds: Array,
    raw: Array,
    lower: Array,
    upper: Array,
    outcome: Array,
) -> None:
    """Raw scores as in `scores`, the edges of the bands, and whether each user is FOUND, UNSURE or REFUSED."""
    s = scratch_for(e)
    slack, score, low, high = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    near = e.drift * (1.0 + 1.0 / temperature)
    for u in range(len(x)):
        outcome[u] = REFUSED
        if not enter(e, x[u], slope[u], intercept[u], state[u], s):
            continue
        total(e, s, raw[u])
        buy, sell = margins(raw[u, 0], raw[u, 1], raw[u, 2], temperature, log_thresholds)
        outcome[u] = UNSURE
        if room(buy, sell) <= near:
            continue
        decision = says(buy, sell)
        slack[0] = (abs(buy) - near) * temperature
        slack[1] = (abs(sell) - near) * temperature
        slack[2] = (abs(buy - sell) - near) * temperature
        upper[u], sure = edge_of(
            e, s, True, x[u], raw[u], decision, slack, temperature, log_thresholds, near, score, low, high
        )
        if sure:
            lower[u], sure = edge_of(
                e, s, False, x[u], raw[u], decision, slack, temperature, log_thresholds, near, score, low, high
            )
        if sure:
            outcome[u] = FOUND
