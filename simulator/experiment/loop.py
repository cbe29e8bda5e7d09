"""One adviser's years: advice, messages, what people do with them, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.experiment.advisers import Seen
from simulator.experiment.tally import Tally
from simulator.experiment.telling import Desk, says
from simulator.readers import Readers, pulled
from simulator.session import SECONDS_A_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.policy import PolicyRules
    from divisa.domain.recipient import Recipient
    from simulator.course import Course, Morning
    from simulator.draws import Floats, Ints
    from simulator.experiment.advisers import Adviser
    from simulator.experiment.lives import Lives
    from simulator.experiment.pacing import Pace
    from simulator.ledger import Looks
    from simulator.readers import Bools

GAIN_AFTER: Final = 7 * SECONDS_A_DAY
"""Seconds after a transaction at whose price its gain is measured."""
STANDS: Final = 0.5
"""The threshold of advice that has none of its own to follow: an alert stands, or does not."""


@dataclass(frozen=True, slots=True)
class Years:
    """What one adviser's years came to.

    Attributes:
        tally: in all.
        sent: messages by morning.
    """

    tally: Tally
    sent: tuple[int, ...]


def live_with(
    adviser: Adviser,
    lives: Lives,
    mornings: Sequence[Morning],
    recipients: Sequence[Recipient],
    rules: PolicyRules,
    follow: tuple[Pace, Sequence[int]] | None = None,
) -> Years:
    """Let an adviser speak on each morning; the lives are changed.

    Args:
        adviser: who speaks.
        lives: as of the first morning.
        mornings: in order.
        recipients: of all users.
        rules: of the policy.
        follow: the pace, and the messages by morning that it is to keep up with; None to tell what stands.
    """
    desk = Desk.opened(lives.course.pair, rules, recipients)
    readers = Readers.drawn(lives.users.index, lives.draws)
    overdue = np.zeros(len(recipients), dtype=np.int64)
    tally, sent, yesterday = Tally(), [], mornings[0].day
    for number, morning in enumerate(mornings):
        readers.rest((morning.day - yesterday).days)
        yesterday = morning.day
        asked = lives.present(morning) & desk.reached
        advice = adviser.advise(Seen(morning, lives.summaries, asked, lives.users, partial(lives.look, morning)))
        threshold = STANDS if follow is None else follow[0].threshold
        said = np.where(asked, says(advice, threshold), 0)
        told = desk.tell(morning, lives, said, advice)
        overdue, day = _live(lives, morning, readers, np.where(told, said, 0), overdue)
        left = desk.withdraw(day.enough)
        tally += Tally(
            messages=int(told.sum()),
            conversions=int(day.followed.sum()),
            added=float(day.added[told].sum()),
            opt_outs=int(day.enough.sum()),
            left=left,
            gain=float(day.gain.sum()),
        )
        sent.append(int(told.sum()))
        if follow is not None:
            follow[0].count(sent[-1], follow[1][number])
    return Years(tally, tuple(sent))


@dataclass(frozen=True, slots=True)
class _Day:
    """What a day's messages came to, arrays of shape (n,).

    Attributes:
        added: what a message adds, or would have added, to the probability of its side.
        followed: who was told and did it.
        gain: of who did, log return after both spreads `GAIN_AFTER` later; 0 elsewhere.
        enough: to whom it was one message too many.
    """

    added: Floats
    followed: Bools
    gain: Floats
    enough: Bools


def _live(lives: Lives, morning: Morning, readers: Readers, told: Ints, overdue: Ints) -> tuple[Ints, _Day]:
    """Live a day with messages; returns the messages that are read on the next, too late, and what the day came to.

    Args:
        lives: changed.
        morning: of the day.
        readers: changed.
        told: who is told what, 1 to buy, −1 to sell, 0 nothing, shape (n,).
        overdue: the same of the trading day before, read only now.
    """
    number = morning.at // SECONDS_A_DAY
    late, logits = readers.late(number, lives.draws), readers.logits
    added = np.zeros(len(told))

    def react(p_buy: Floats, p_sell: Floats) -> tuple[Floats, Floats]:
        p_buy, p_sell = pulled(p_buy, p_sell, overdue, logits)
        if_buy, if_sell = pulled(p_buy, p_sell, told, logits)
        added[:] = np.where(late, 0.0, np.where(told < 0, if_sell - p_sell, if_buy - p_buy))
        return np.where(late, p_buy, if_buy), np.where(late, p_sell, if_sell)

    looks = lives.live(morning, react)
    did = np.zeros(len(told), dtype=np.int64)
    did[looks.user] = looks.side
    followed = (told != 0) & (did == told)
    gain = np.zeros(len(told))
    gain[looks.user] = _gain(lives.course, looks)
    enough = readers.read(((told != 0) & ~late) | (overdue != 0), number, lives.draws)
    return np.where(late, told, 0), _Day(added, followed, np.where(followed, gain, 0.0), enough)


def _gain(course: Course, looks: Looks) -> Floats:
    """Log return of each transaction after both spreads, at the price `GAIN_AFTER` later; 0 of a look without one.

    BUY: ln(later bid) − ln(price); SELL: ln(price) − ln(later ask): sold, and bought back.
    """
    tick = course.tick_at(looks.at + GAIN_AFTER)
    bought = np.log(course.path.bid[tick] / looks.price)
    sold = np.log(looks.price / course.path.ask[tick])
    return np.select([looks.side > 0, looks.side < 0], [bought, sold], 0.0)
