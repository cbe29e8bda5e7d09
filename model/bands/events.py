"""The changes of a user's raw scores along a piece of a ray, in their order, and the first that flips the decision.

Distances are good to a few roundings; where the order of changes could hang on that, the exact cuts are compared.
Changes are put into buckets by distance. A bucket whose changes, in whatever order, cannot flip the decision is taken
at once; only in the others they are sorted and taken one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .bits import lowest_bit
from .compiled import compiled
from .cuts import EPS, exact_cut
from .decision import Rule, margins, room, says, stays, surely_stays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .ensemble import Ensemble

Array: TypeAlias = "NDArray[Any]"

_BUCKETS = 32
_REST = 0.1
"""Half of the buckets of a piece without an end are nearer than this."""

_WIDE, _ENDS, _BEFORE, _LEAF, _NODE, _KIND, _AT, _FOLLOWS, _ORDER = range(9)
_CUT, _DISTANCE, _CHANGE, _EXACT = range(4)
_SCORE, _ANCHOR, _LOW, _HIGH = range(4)


class Events(NamedTuple):
    """Room for the events of a piece, at most one a leaf.

    Attributes:
        reach: leaves that can be reached in the piece, as bits in the order of their values; shape (padded words,).
        placed: the same from left to right, of trees that have several.
        terms: slopes, intercepts and the inverse of slopes of price features, shape (3, price features).
        number: of trees, leaves, splits and events; shape (9, leaves + 1).
        real: cuts, distances and changes of score, shape (4, leaves + 1).
        score: raw scores, shape (4, 3).
        bucket: the last event of each bucket.
        falls, rises: sums of a bucket's changes down and up, shape (buckets, 3).
    """

    reach: Array
    placed: Array
    terms: Array
    number: Array
    real: Array
    score: Array
    bucket: Array
    falls: Array
    rises: Array


@compiled(allocates=True)
def room_for_events(e: Ensemble) -> Any:
    """Room enough for an ensemble."""
    words, leaves = len(e.leaves), len(e.values) + 1
    return Events(
        np.empty(words, np.uint32),
        np.empty(words, np.uint32),
        np.zeros((3, e.price_features)),
        np.empty((9, leaves), np.int64),
        np.empty((4, leaves)),
        np.empty((4, 3)),
        np.empty(_BUCKETS, np.int64),
        np.empty((_BUCKETS, 3)),
        np.empty((_BUCKETS, 3)),
    )


@compiled()
def blur(terms: Array) -> Any:
    """What a cut that is not exact can be off, over eps, for a cut at 0."""
    most = 0.0
    for f in range(terms.shape[1]):
        most = max(most, abs(terms[1, f]) * terms[2, f])
    return 32.0 * most


@compiled()
def neighbours(words: Array, leaf_of: Array, reach: Array, placed: Array, number: Array) -> Any:
    """Trees that can reach several leaves, and all pairs of neighbours among these; returns how many trees.

    The pairs of the n-th tree are number[_ENDS, n] : number[_ENDS, n + 1] of _BEFORE and _LEAF.
    """
    wide, ends, before, leaf = number[_WIDE], number[_ENDS], number[_BEFORE], number[_LEAF]
    trees = 0
    for t in range(len(words) - 1):
        word = reach[words[t]]
        wide[trees] = t
        trees += (word & (word - np.uint32(1)) != 0) | (words[t + 1] != words[t] + 1)
    count = 0
    ends[0] = 0
    for n in range(trees):
        begin, end = words[wide[n]], words[wide[n] + 1]
        for w in range(begin, end):
            placed[w] = 0
        for w in range(begin, end):
            word = reach[w]
            while word != 0:
                here = leaf_of[32 * w + lowest_bit(word)]
                word &= word - np.uint32(1)
                placed[here >> 5] |= np.uint32(1) << np.uint32(here & 31)
        last = -1
        for w in range(begin, end):
            word = placed[w]
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
    right_of: Array, split: Array, split_bound: Array, terms: Array, count: Any, number: Array, cut: Array
) -> None:
    """The split where each pair of neighbours meets, and about where on the x axis it is."""
    before, leaf, node = number[_BEFORE], number[_LEAF], number[_NODE]
    intercept, inverse = terms[1], terms[2]
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
def collect(e: Ensemble, s: Events, sign: Any, x: Any, fuzz: Any) -> Any:
    """The events among the leaves in `s.reach`, in no order; returns how many. `fuzz` is `blur` of the terms.

    A tree's leaves, from left to right, are parted by the splits where two neighbours meet. A leaf between two cuts
    that are the wrong way round is never reached: then the split nearer to the root decides.
    """
    split, split_bound, values, number = e.split, e.split_bound, e.values, s.number
    trees = neighbours(e.words, e.leaf_of, s.reach, s.placed, number)
    wide, ends, before, leaf, node = number[_WIDE], number[_ENDS], number[_BEFORE], number[_LEAF], number[_NODE]
    kind, at = number[_KIND], number[_AT]
    cut, distance, change = s.real[_CUT], s.real[_DISTANCE], s.real[_CHANGE]
    meet(e.right_of, split, split_bound, s.terms, ends[trees], number, cut)
    rounds = (len(e.words) - 1) // 3
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
                if abs(gap) <= EPS * (fuzz + 32.0 * abs(cut[i])) and split[node[top], 0] != split[node[i], 0]:
                    gap = exact_cut(split, split_bound, s.terms, node[top])
                    gap -= exact_cut(split, split_bound, s.terms, node[i])
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
            kind[count] = wide[n] // rounds
            at[count] = node[i]
            source = leaf[i]
            count += 1
    return count


@compiled()
def into_buckets(s: Events, count: Any, width: Any, fuzz: Any) -> Any:
    """Chain the events of each bucket and sum up their falls and rises; False when one may belong to its neighbour.

    Buckets are of equal size up to `width`; without an end the far ones are wider.
    """
    kind, follows, bucket, falls, rises = s.number[_KIND], s.number[_FOLLOWS], s.bucket, s.falls, s.rises
    distance, change = s.real[_DISTANCE], s.real[_CHANGE]
    for k in range(_BUCKETS):
        bucket[k] = -1
        for c in range(3):
            falls[k, c] = rises[k, c] = 0.0
    scale = _BUCKETS / width if np.isfinite(width) else 1.0
    for i in range(count):
        far = distance[i]
        place, off = far * scale, (fuzz + 64.0 * EPS * far) * scale
        if not np.isfinite(width):
            place, off = _BUCKETS * (1.0 - _REST / (_REST + far)), _BUCKETS * (off / _REST + 8.0 * EPS)
        k = int(min(max(place, 0.0), _BUCKETS - 1.0))
        if (place - k < off and k > 0) or (k + 1 - place < off and k + 1 < _BUCKETS):
            return False
        follows[i] = bucket[k]
        bucket[k] = i
        falls[k, kind[i]] += min(change[i], 0.0)
        rises[k, kind[i]] += max(change[i], 0.0)
    return True


@compiled()
def sort_bucket(s: Events, k: Any) -> Any:
    """The events of a bucket into _ORDER, nearest first; returns how many."""
    order, follows, distance = s.number[_ORDER], s.number[_FOLLOWS], s.real[_DISTANCE]
    count = 0
    i = s.bucket[k]
    while i >= 0:
        order[count] = i
        count += 1
        i = follows[i]
    # Shell's sort: insertion alone for the few events that a bucket has as a rule, and no catastrophe for many.
    gap = 1
    while gap < count // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            event = order[i]
            at = i
            while at >= gap and distance[order[at - gap]] > distance[event]:
                order[at] = order[at - gap]
                at -= gap
            order[at] = event
        gap //= 3
    return count


@compiled()
def sort_exactly(e: Ensemble, s: Events, begin: Any, end: Any, sign: Any) -> None:
    """Order events that are too near to each other by their exact cuts, which are put into _EXACT."""
    order, exact = s.number[_ORDER], s.real[_EXACT]
    for i in range(begin, end):
        event = order[i]
        key = sign * exact_cut(e.split, e.split_bound, s.terms, s.number[_AT, event])
        at = i
        while at > begin and exact[at - 1] > key:
            exact[at] = exact[at - 1]
            order[at] = order[at - 1]
            at -= 1
        exact[at], order[at] = key, event


@compiled()
def first_flip(
    e: Ensemble,
    s: Events,
    sign: Any,
    x: Any,
    width: Any,
    decision: Any,
    rule: Rule,
) -> Any:
    """The first cut from x on where the decision is another one, or an infinity; and whether that is sure.

    Asked for the leaves in `s.reach` and the raw scores at x in `s.score[_ANCHOR]`.
    """
    score, anchor, low, high = s.score[_SCORE], s.score[_ANCHOR], s.score[_LOW], s.score[_HIGH]
    order, exact, distance, at = s.number[_ORDER], s.real[_EXACT], s.real[_DISTANCE], s.number[_AT]
    blurred = blur(s.terms)
    fuzz = EPS * (blurred + 32.0 * abs(x))
    events = collect(e, s, sign, x, blurred)
    if not into_buckets(s, events, width, fuzz):
        return 0.0, False
    buy, sell = margins(anchor[0], anchor[1], anchor[2], rule)
    near, t = rule.near, rule.temperature
    slack = ((abs(buy) - near) * t, (abs(sell) - near) * t, (abs(buy - sell) - near) * t)
    for c in range(3):
        score[c] = anchor[c]
    for k in range(_BUCKETS):
        if s.bucket[k] < 0:
            continue
        for c in range(3):
            low[c] = score[c] + s.falls[k, c]
            high[c] = score[c] + s.rises[k, c]
        if surely_stays(decision, low, high, anchor, slack) or stays(decision, low, high, rule):
            for c in range(3):
                score[c] = low[c] + s.rises[k, c]
            continue
        size = sort_bucket(s, k)
        begin = 0
        while begin < size:
            # Events whose distances do not tell their order; those of one bound are at one and the same cut.
            end, alike = begin + 1, True
            while end < size:
                far = distance[order[end]]
                if not far - distance[order[end - 1]] <= 2.0 * fuzz + 64.0 * EPS * far:
                    break
                alike = alike and e.split[at[order[end]], 0] == e.split[at[order[begin]], 0]
                end += 1
            if not alike:
                sort_exactly(e, s, begin, end, sign)
            while begin < end:
                event = order[begin]
                here = exact[begin]
                while begin < end and (alike or exact[begin] == here):
                    i = order[begin]
                    score[s.number[_KIND, i]] += s.real[_CHANGE, i]
                    begin += 1
                if surely_stays(decision, score, score, anchor, slack):
                    continue
                buy, sell = margins(score[0], score[1], score[2], rule)
                if room(buy, sell) <= near:
                    return 0.0, False
                if says(buy, sell) != decision:
                    return exact_cut(e.split, e.split_bound, s.terms, at[event]), True
    return sign * np.inf, True
