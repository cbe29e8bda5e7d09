"""Between advice and message: a new side begins a visit, and the policy's own rules say whether its user is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from divisa.domain.policy import Facts, judge, suggested_amount
from divisa.domain.portfolio import Portfolio
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.pair import Pair
    from divisa.domain.policy import PolicyRules
    from divisa.domain.recipient import Recipient
    from simulator.course import Morning
    from simulator.draws import Floats, Ints
    from simulator.experiment.lives import Lives
    from simulator.readers import Bools

MODEL: Final = "experiment"
WEEK: Final = timedelta(days=7)
_NO_AGE: Final = timedelta(0)


def says(advice: Floats, threshold: float) -> Ints:
    """1 to buy, −1 to sell, 0 neither, of each user, shape (n,): the side of more advice, from the threshold on."""
    buy, sell = advice[:, 0], advice[:, 1]
    buys = (buy >= threshold) & (buy >= sell)
    return buys.astype(np.int64) - ((sell >= threshold) & ~buys)


@dataclass(slots=True)
class Desk:
    """Asks the policy about each visit that begins, and remembers who was told.

    Attributes:
        pair: what is traded.
        rules: the policy's knobs.
        recipients: by the user's number.
        reached: who has agreed to a channel that reaches them, bool, shape (n,).
        said: what each user's visit says, as `says`, shape (n,).
        last_told: by side, seconds since 1970 UTC of the newest message to each user, shape (n,); NaN for none.
        week: moments and users of the messages of the last 7 days.
    """

    pair: Pair
    rules: PolicyRules
    recipients: list[Recipient]
    reached: Bools
    said: Ints
    last_told: dict[Side, Floats]
    week: deque[tuple[datetime, Ints]]

    @classmethod
    def opened(cls, pair: Pair, rules: PolicyRules, recipients: Sequence[Recipient]) -> Desk:
        """A desk that has told nobody yet."""
        n = len(recipients)
        never = {side: np.full(n, np.nan) for side in Side}
        reached = np.array([bool(each.reachable()) for each in recipients])
        return cls(pair, rules, list(recipients), reached, np.zeros(n, dtype=np.int64), never, deque())

    def tell(self, morning: Morning, lives: Lives, said: Ints, advice: Floats) -> Bools:
        """Who is told what is newly said, shape (n,).

        Args:
            morning: the moment and the price.
            lives: who owns what.
            said: what is said of each user now, 0 of whoever is not there.
            advice: how much speaks for buying and selling, shape (n, 2).
        """
        now = morning.quote.event_time
        while self.week and self.week[0][0] <= now - WEEK:
            self.week.popleft()
        this_week = sum((np.bincount(users, minlength=len(said)) for _, users in self.week), np.zeros(len(said), int))
        begun = np.flatnonzero((said != 0) & (said != self.said))
        self.said = said
        told = np.zeros(len(said), dtype=np.bool_)
        for user in begun.tolist():
            side = Side.BUY if said[user] > 0 else Side.SELL
            facts = self._facts(morning, lives, user, side, float(advice[user].max()), int(this_week[user]))
            if judge(facts, self.rules).suppressed is None:
                told[user] = True
                self.last_told[side][user] = morning.at
        if told.any():
            self.week.append((now, np.flatnonzero(told)))
        return told

    def withdraw(self, enough: Bools) -> int:
        """Who has had enough takes back consent to the channel that messages came on; returns how many have none."""
        left = 0
        for user in np.flatnonzero(enough).tolist():
            before = self.recipients[user]
            after = replace(before, consent=before.consent - set(before.reachable()[:1]))
            self.recipients[user] = after
            self.reached[user] = bool(after.reachable())
            left += not self.reached[user]
        return left

    def _facts(self, morning: Morning, lives: Lives, user: int, side: Side, propensity: float, this_week: int) -> Facts:
        accounts, last = lives.accounts, self.last_told[side][user]
        recipient = self.recipients[user]
        portfolio = Portfolio(
            recipient.user_id,
            self.pair,
            Decimal(f"{accounts.position[user] + accounts.received[user]:.2f}"),
            Decimal(f"{accounts.quote[user]:.2f}"),
        )
        usual_size = float(lives.summaries.size[user])
        return Facts(
            side=side,
            quote=morning.quote,
            quote_age=_NO_AGE,
            at=morning.quote.event_time,
            market=morning.market,
            recipient=recipient,
            portfolio=portfolio,
            amount=suggested_amount(side, portfolio, usual_size, morning.quote, self.rules),
            propensity=propensity,
            model_version=MODEL,
            last_told=None if np.isnan(last) else datetime.fromtimestamp(last, UTC),
            told_this_week=this_week,
        )
