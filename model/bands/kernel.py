"""The compiled search: from a user's bins to the leaves of all trees at once, and on to where the decision flips.

One ray at a time, upwards and downwards. The masks leave over the leaves that each tree can still reach on the ray;
many trees have one, and the others are told as events (distance, change of score), found without walking from the root.
Events are put into buckets by distance. A bucket whose changes, in whatever order, cannot flip the decision is taken
at once; only in the others the events are sorted and taken one by one. Distances are good to a few roundings; where
the order of events could hang on that, the exact cuts are compared.

All functions are in this file, since numba's cache notices changes of a file only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numba
import numpy as np

from .compiled import compiled, leading_zeros, ones, trailing_zeros
from .ensemble import Ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

FOUND, UNSURE, REFUSED = 0, 1, 2
"""What became of a user: an exact answer; a score too close to a threshold to compare here; terms that are no terms."""

_EPS = float(np.finfo(np.float64).eps)
_BUCKETS = 32
_PIECES = (np.inf, 0.08, 0.02)
"""A ray is searched in pieces that end so far from x, in log price. Any do; others are slower."""
_FEW = 80
"""Pairs of leaves among which events are told one by one; a piece with more of them is halved."""
_NARROW, _WIDE = 1e-5, 8.0
"""Pieces that are narrower than the one, or begin farther out than the other, are halved no more."""
_DEPTH = 32
"""Pieces that can wait for each other: log2 of what the distances above leave room for, and some."""
_LARGEST = float(np.finfo(np.float64).max)
_REST = 0.1
"""Half of the buckets of the last piece are nearer than this."""


@compiled()
def lowest_bit(word: Any) -> Any:
    """Position of the lowest bit that is set."""
    return trailing_zeros(word)


@compiled()
def highest_bit(word: Any) -> Any:
    """Position of the highest bit that is set."""
    return 31 - leading_zeros(word)


@compiled()
def bin_of(ladder: Array, f: Any, value: Any) -> Any:
    """Number of bounds of a feature that a value is not below; always the same number of steps, without a branch."""
    found, step = 0, (ladder.shape[1] + 1) >> 1
    while step > 0:
        found += step * (value >= ladder[f, found + step - 1])
        step >>= 1
    return found


@compiled()
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


@compiled()
def copy(source: Array, out: Array) -> None:
    """Fill `out`; numpy's own assignment looks for overlaps first."""
    for i in range(len(out)):
        out[i] = source[i]


class Scratch(NamedTuple):
    """Room for one user at a time; events, leaves and splits are at most as many as an ensemble has leaves."""

    still: Array
    ranked_still: Array
    reach: Array
    here: Array
    rows: Array
    ahead: Array
    until: Array
    value: Array
    slope: Array
    intercept: Array
    inverse: Array
    moving: Array
    wide: Array
    ends: Array
    before: Array
    leaf: Array
    split: Array
    cut: Array
    distance: Array
    change: Array
    kind: Array
    at: Array
    follows: Array
    bucket: Array
    low: Array
    high: Array
    order: Array
    exact: Array
    score: Array
    anchor: Array
    lowest: Array
    highest: Array


@compiled(allocates=True)
def scratch_for(e: Ensemble) -> Any:
    """Room enough for an ensemble."""
    words, trees, leaves, price = len(e.leaves), len(e.words) - 1, len(e.values) + 1, e.price_features
    return Scratch(
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.empty(price, np.int64),
        np.empty(len(e.first) - 1, np.int64),
        np.empty((_DEPTH, price), np.int64),
        np.empty(_DEPTH),
        np.empty(price),
        np.zeros(price),
        np.zeros(price),
        np.zeros(price),
        np.empty(price, np.int64),
        np.empty(trees + 1, np.int64),
        np.empty(trees + 1, np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves),
        np.empty(leaves),
        np.empty(leaves),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(leaves, np.int64),
        np.empty(_BUCKETS, np.int64),
        np.empty((_BUCKETS, 3)),
        np.empty((_BUCKETS, 3)),
        np.empty(leaves, np.int64),
        np.empty(leaves),
        np.empty(3),
        np.empty(3),
        np.empty(3),
        np.empty(3),
    )


@compiled()
def enter(e: Ensemble, x: Any, slope: Array, intercept: Array, state: Array, s: Scratch) -> Any:
    """The leaves that the features which do not move leave over, and which features move.

    Returns their number, or −1 when the terms are none.
    """
    price, columns = e.price_features, e.price_features + len(state)
    fine = np.isfinite(x)
    still = count = 0
    for f in range(columns):
        begin, end = e.first[f], e.first[f + 1]
        if f < price and not (np.isnan(slope[f]) or np.isnan(intercept[f])):
            s.slope[f], s.intercept[f], s.inverse[f] = slope[f], intercept[f], 1.0 / slope[f]
            fine = fine and slope[f] > 0.0 and np.isfinite(slope[f] * x + intercept[f]) and np.isfinite(s.inverse[f])
            s.moving[count] = f
            count += 1
        else:
            s.rows[still] = end + 2 * f + 1
            if f >= price and not np.isnan(state[f - price]):
                s.rows[still] = begin + 2 * f + bin_of(e.ladder, f, float(state[f - price]))
            still += 1
    leave_over(e.leaves, e.rising, s.rows, still, s.still)
    leave_over(e.leaves, e.ranked_rising, s.rows, still, s.ranked_still)
    return count if fine else -1


@compiled()
def rows_at(e: Ensemble, s: Scratch, count: Any, x: Any, rows: Array) -> None:
    """The rows of the moving features' bins at x; all features a step at a time, since none waits for another."""
    first, ladder, moving, slope, intercept, value = e.first, e.ladder, s.moving, s.slope, s.intercept, s.value
    for k in range(count):
        value[k] = min(slope[moving[k]] * x + intercept[moving[k]], _LARGEST)
        rows[k] = 0
    step = (ladder.shape[1] + 1) >> 1
    while step > 0:
        for k in range(count):
            rows[k] += step * (value[k] >= ladder[moving[k], rows[k] + step - 1])
        step >>= 1
    for k in range(count):
        rows[k] += first[moving[k]] + 2 * moving[k]


@compiled()
def leave_over(source: Array, masks: Array, rows: Array, count: Any, out: Array) -> None:
    """The AND of some leaves and the first so many rows of masks into `out`, five at a time."""
    last = count - 1
    if count == 0:
        copy(source, out)
    for k in range(0, count, 5):
        one, two, three = masks[rows[k]], masks[rows[min(k + 1, last)]], masks[rows[min(k + 2, last)]]
        four, five = masks[rows[min(k + 3, last)]], masks[rows[min(k + 4, last)]]
        if k == 0:
            for w in range(len(out)):
                out[w] = source[w] & one[w] & two[w] & three[w] & four[w] & five[w]
        else:
            for w in range(len(out)):
                out[w] &= one[w] & two[w] & three[w] & four[w] & five[w]


@compiled()
def leaf_of(words: Array, reach: Array, t: Any, lowest: Any) -> Any:
    """The first or the last of a tree's leaves that are left over."""
    if lowest:
        w = words[t]
        while reach[w] == 0:
            w += 1
        return 32 * w + lowest_bit(reach[w])
    w = words[t + 1] - 1
    while reach[w] == 0:
        w -= 1
    return 32 * w + highest_bit(reach[w])


@compiled()
def total(baseline: Array, words: Array, values: Array, reach: Array, lowest: Any, raw: Array) -> None:
    """Sums over the first (or last) leaf of each tree, in scikit-learn's own order: the same to the last bit."""
    hold, buy, sell = baseline[0], baseline[1], baseline[2]
    for t in range(0, len(words) - 1, 3):
        hold += values[leaf_of(words, reach, t, lowest)]
        buy += values[leaf_of(words, reach, t + 1, lowest)]
        sell += values[leaf_of(words, reach, t + 2, lowest)]
    raw[0], raw[1], raw[2] = hold, buy, sell


@compiled()
def score(e: Ensemble, s: Scratch, count: Any, raw: Array) -> None:
    """Raw scores at the x whose rows are in `s.here`."""
    leave_over(s.still, e.rising, s.here, count, s.reach)
    leave_over(s.reach, e.falling, s.here, count, s.reach)
    total(e.baseline, e.words, e.values, s.reach, True, raw)


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
def neighbours(words: Array, reach: Array, wide: Array, ends: Array, before: Array, leaf: Array) -> Any:
    """Trees that have several leaves left over, and all pairs of neighbours among these; returns how many trees.

    The pairs of the n-th tree are ends[n]:ends[n + 1] of `before` and `leaf`.
    """
    trees = 0
    for t in range(len(words) - 1):
        word = reach[words[t]]
        wide[trees] = t
        trees += (word & (word - np.uint32(1)) != 0) | (words[t + 1] != words[t] + 1)
    count = 0
    ends[0] = 0
    for n in range(trees):
        last = -1
        for w in range(words[wide[n]], words[wide[n] + 1]):
            word = reach[w]
            while word != 0:
                here = 32 * w + lowest_bit(word)
                word &= word - np.uint32(1)
                before[count], leaf[count] = last, here
                count += last >= 0
                last = here
        ends[n + 1] = count
    return trees


@compiled()
def meet(
    right_of: Array,
    split: Array,
    split_bound: Array,
    intercept: Array,
    inverse: Array,
    count: Any,
    before: Array,
    leaf: Array,
    node: Array,
    cut: Array,
) -> None:
    """The split where each pair of neighbours meets, and about where on the x axis it is."""
    for i in range(count):
        left, here = before[i], leaf[i]
        if left >> 5 == here >> 5:
            # It has the right one on its right, and is the first of these behind the left one.
            found = left + 1 + lowest_bit(right_of[here] >> np.uint32((left + 1) & 31))
        else:
            found = left + 1
            while split[found, 3] <= here:
                found = np.int64(split[found, 3])
        f = split[found, 1]
        node[i] = found
        cut[i] = (split_bound[found] - intercept[f]) * inverse[f]


@compiled()
def collect(e: Ensemble, s: Scratch, up: Any, x: Any) -> Any:
    """The events between two log prices, in no order; returns how many.

    A tree's reachable leaves, from left to right, are parted by the splits where two neighbours meet. A leaf between
    two cuts that are the wrong way round is never reached: then the split nearer to the root decides.
    """
    wide, ends, before, leaf, node, cut = s.wide, s.ends, s.before, s.leaf, s.split, s.cut
    distance, change, kind, at, split, values = s.distance, s.change, s.kind, s.at, e.split, e.values
    trees = neighbours(e.words, s.reach, wide, ends, before, leaf)
    meet(e.right_of, split, e.split_bound, s.intercept, s.inverse, ends[trees], before, leaf, node, cut)
    sign = 1.0 if up else -1.0
    fuzz = blur(s)
    count = 0
    for n in range(trees):
        begin, end = ends[n], ends[n + 1]
        if begin == end:
            continue
        top = begin
        # The pairs up to `top` are those that are reached, as a stack.
        for i in range(begin + 1, end):
            hidden = False
            while top >= begin:
                gap = cut[top] - cut[i]
                if abs(gap) <= _EPS * (fuzz + 32.0 * abs(cut[i])) and split[node[top], 0] != split[node[i], 0]:
                    gap = exact_cut(e, s, node[top]) - exact_cut(e, s, node[i])
                if gap < 0.0:
                    break
                if split[node[top], 2] < split[node[i], 2]:
                    hidden = True
                    break
                top -= 1
            if hidden:
                leaf[top] = leaf[i]
            else:
                top += 1
                cut[top], leaf[top], node[top] = cut[i], leaf[i], node[i]
        source = before[begin]
        for i in range(begin, top + 1):
            distance[count] = max(sign * (cut[i] - x), 0.0)
            change[count] = sign * (values[leaf[i]] - values[source])
            kind[count] = wide[n] % 3
            at[count] = node[i]
            source = leaf[i]
            count += 1
    return count


@compiled()
def into_buckets(s: Scratch, count: Any, width: Any, fuzz: Any) -> Any:
    """Chain the events of each bucket and sum up their falls and rises; False when one may belong to its neighbour.

    Buckets are of equal size up to `width`; without an end the far ones are wider.
    """
    distance, follows, bucket, low, high, kind, change = (
        s.distance,
        s.follows,
        s.bucket,
        s.low,
        s.high,
        s.kind,
        s.change,
    )
    bucket[:] = -1
    low[:] = 0.0
    high[:] = 0.0
    scale = _BUCKETS / width if np.isfinite(width) else 1.0
    for i in range(count):
        far = distance[i]
        place, off = far * scale, (fuzz + 64.0 * _EPS * far) * scale
        if not np.isfinite(width):
            place, off = _BUCKETS * (1.0 - _REST / (_REST + far)), _BUCKETS * (off / _REST + 8.0 * _EPS)
        k = min(max(np.int64(place), 0), _BUCKETS - 1)
        if (place - k < off and k > 0) or (k + 1 - place < off and k + 1 < _BUCKETS):
            return False
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
    # Shell's sort: insertion alone for the few events that a bucket has as a rule, and no catastrophe for many.
    gap = 1
    while gap < count // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            event = s.order[i]
            at = i
            while at >= gap and s.distance[s.order[at - gap]] > s.distance[event]:
                s.order[at] = s.order[at - gap]
                at -= gap
            s.order[at] = event
        gap //= 3
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
def within(baseline: Array, words: Array, ranked: Array, reach: Array, low: Array, high: Array) -> None:
    """Raw scores lie from `low` to `high`, whichever of the leaves left over is taken; `reach` is ordered by value."""
    copy(baseline, low)
    copy(baseline, high)
    trees = len(words) - 1
    done = 0
    if words[trees] == trees:
        # A word a tree is the rule. Two sums a class, since a sum waits for the one before.
        sums = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        tops = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        while done + 6 <= trees:
            a, b, c = reach[done], reach[done + 1], reach[done + 2]
            d, f, g = reach[done + 3], reach[done + 4], reach[done + 5]
            at = 32 * done
            sums = (
                sums[0] + ranked[at + lowest_bit(a)],
                sums[1] + ranked[at + 32 + lowest_bit(b)],
                sums[2] + ranked[at + 64 + lowest_bit(c)],
                sums[3] + ranked[at + 96 + lowest_bit(d)],
                sums[4] + ranked[at + 128 + lowest_bit(f)],
                sums[5] + ranked[at + 160 + lowest_bit(g)],
            )
            tops = (
                tops[0] + ranked[at + highest_bit(a)],
                tops[1] + ranked[at + 32 + highest_bit(b)],
                tops[2] + ranked[at + 64 + highest_bit(c)],
                tops[3] + ranked[at + 96 + highest_bit(d)],
                tops[4] + ranked[at + 128 + highest_bit(f)],
                tops[5] + ranked[at + 160 + highest_bit(g)],
            )
            done += 6
        low[0], low[1], low[2] = low[0] + sums[0] + sums[3], low[1] + sums[1] + sums[4], low[2] + sums[2] + sums[5]
        high[0], high[1], high[2] = (
            high[0] + tops[0] + tops[3],
            high[1] + tops[1] + tops[4],
            high[2] + tops[2] + tops[5],
        )
    for t in range(done, trees):
        low[t % 3] += ranked[leaf_of(words, reach, t, True)]
        high[t % 3] += ranked[leaf_of(words, reach, t, False)]


@compiled()
def between(start: Array, stop: Array, still: Array, s: Scratch, count: Any, ahead: Any) -> None:
    """Leaves that can be reached from `s.rows` on to the piece's end, into `s.reach`."""
    leave_over(still, start, s.rows, count, s.reach)
    if ahead > 0:
        leave_over(s.reach, stop, s.ahead[ahead], count, s.reach)


@compiled()
def pairs(reach: Array, trees: Any) -> Any:
    """Leaves left over, but for one a tree."""
    found = 0
    for w in range(len(reach)):
        found += ones(reach[w])
    return found - trees


@compiled()
def edge_of(
    e: Ensemble,
    s: Scratch,
    up: Any,
    x: Any,
    count: Any,
    decision: Any,
    temperature: Any,
    log_thresholds: Array,
    near: Any,
) -> Any:
    """The first cut on a ray where the decision is another one, or an infinity; and whether that is sure.

    The ray is taken in pieces. `s.ahead` and `s.until` are a stack of their ends, the farthest at the bottom.
    """
    sign = 1.0 if up else -1.0
    start, stop, ranked_start, ranked_stop = e.rising, e.falling, e.ranked_rising, e.ranked_falling
    if not up:
        start, stop, ranked_start, ranked_stop = stop, start, ranked_stop, ranked_start
    here = 0.0
    rows_at(e, s, count, x, s.rows)
    top = len(_PIECES) - 1
    for i in range(len(_PIECES)):
        s.until[i] = _PIECES[i]
        if i > 0:
            rows_at(e, s, count, x + sign * _PIECES[i], s.ahead[i])
    while top >= 0:
        until = s.until[top]
        between(ranked_start, ranked_stop, s.ranked_still, s, count, top)
        within(e.baseline, e.words, e.ranked, s.reach, s.lowest, s.highest)
        if not stays(decision, s.lowest, s.highest, temperature, log_thresholds, near):
            halved = until - here > _NARROW and here < _WIDE and top + 1 < _DEPTH
            if halved and pairs(s.reach, len(e.words) - 1) > _FEW:
                top += 1
                s.until[top] = min(here + max(here, _REST), 0.5 * (here + until))
                rows_at(e, s, count, x + sign * s.until[top], s.ahead[top])
                continue
            between(start, stop, s.still, s, count, top)
            total(e.baseline, e.words, e.values, s.reach, up, s.anchor)
            cut, sure = first_flip(e, s, up, x + sign * here, until - here, decision, temperature, log_thresholds, near)
            if not sure or np.isfinite(cut):
                return cut, sure
        here = until
        for k in range(count):
            s.rows[k] = s.ahead[top, k]
        top -= 1
    return sign * np.inf, True


@compiled()
def first_flip(
    e: Ensemble,
    s: Scratch,
    up: Any,
    x: Any,
    width: Any,
    decision: Any,
    temperature: Any,
    log_thresholds: Array,
    near: Any,
) -> Any:
    """The first cut from x on where the decision is another one, among the leaves in `s.reach`; as `edge_of`."""
    sign = 1.0 if up else -1.0
    score, anchor, low, high = s.score, s.anchor, s.lowest, s.highest
    fuzz = _EPS * (blur(s) + 32.0 * abs(x))
    events = collect(e, s, up, x)
    if not into_buckets(s, events, width, fuzz):
        return 0.0, False
    buy, sell = margins(anchor[0], anchor[1], anchor[2], temperature, log_thresholds)
    slack = ((abs(buy) - near) * temperature, (abs(sell) - near) * temperature, (abs(buy - sell) - near) * temperature)
    copy(anchor, score)
    for k in range(_BUCKETS):
        if s.bucket[k] < 0:
            continue
        for c in range(3):
            low[c] = score[c] + s.low[k, c]
            high[c] = score[c] + s.high[k, c]
        if surely_stays(decision, low, high, anchor, slack) or stays(
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
                if surely_stays(decision, score, score, anchor, slack):
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
_RAW, _OUTCOME = _TYPES.Array(numba.f8, 2, "C"), _TYPES.Array(numba.i1, 1, "C")
_ENSEMBLE = _TYPES.NamedTuple(
    (
        numba.i8,
        _F8,
        _I8,
        _RAW,
        _U42,
        _U42,
        _U42,
        _U42,
        _U4,
        _I8,
        _F8,
        _F8,
        _U4,
        _F8,
        _TYPES.Array(numba.i4, 2, "C"),
        _F8,
        numba.f8,
    ),
    Ensemble,
)
_COLUMN, _TERMS, _STATE = (
    _TYPES.Array(kind, dimensions, "C", readonly=True)
    for kind, dimensions in ((numba.f8, 1), (numba.f8, 2), (numba.f4, 2))
)


@compiled()
def score_all(
    e: Ensemble, s: Scratch, x: Array, slope: Array, intercept: Array, state: Array, raw: Array, outcome: Array
) -> None:
    """`scores` with the room that it needs."""
    for u in range(len(x)):
        count = enter(e, x[u], slope[u], intercept[u], state[u], s)
        outcome[u] = REFUSED if count < 0 else FOUND
        if count >= 0:
            rows_at(e, s, count, x[u], s.here)
            score(e, s, count, raw[u])


@compiled(numba.void(_ENSEMBLE, _COLUMN, _TERMS, _TERMS, _STATE, _RAW, _OUTCOME), allocates=True)
def scores(e: Ensemble, x: Array, slope: Array, intercept: Array, state: Array, raw: Array, outcome: Array) -> None:
    """Raw scores of users at x into `raw`, shape (n, 3), to the last bit scikit-learn's, and FOUND or REFUSED."""
    score_all(e, scratch_for(e), x, slope, intercept, state, raw, outcome)


@compiled()
def edges_of_all(
    e: Ensemble,
    s: Scratch,
    order: Array,
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
    """`edges` with the room that it needs."""
    near = e.drift * (1.0 + 1.0 / temperature)
    for u in order:
        count = enter(e, x[u], slope[u], intercept[u], state[u], s)
        outcome[u] = REFUSED
        if count < 0:
            continue
        rows_at(e, s, count, x[u], s.here)
        score(e, s, count, raw[u])
        buy, sell = margins(raw[u, 0], raw[u, 1], raw[u, 2], temperature, log_thresholds)
        outcome[u] = UNSURE
        if room(buy, sell) <= near:
            continue
        decision = says(buy, sell)
        upper[u], sure = edge_of(e, s, True, x[u], count, decision, temperature, log_thresholds, near)
        lower[u], certain = edge_of(e, s, False, x[u], count, decision, temperature, log_thresholds, near)
        if sure and certain:
            outcome[u] = FOUND


@compiled(
    numba.void(_ENSEMBLE, _I8, _COLUMN, _TERMS, _TERMS, _STATE, numba.f8, _COLUMN, _RAW, _F8, _F8, _OUTCOME),
    allocates=True,
)
def edges(
    e: Ensemble,
    order: Array,
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
    """Raw scores as in `scores`, the edges of the bands, and whether each user is FOUND, UNSURE or REFUSED.

    Users are taken in `order`, a permutation: those near to each other in x read the same masks.
    """
    s = scratch_for(e)
    edges_of_all(e, s, order, x, slope, intercept, state, temperature, log_thresholds, raw, lower, upper, outcome)
