"""People of known costs in several time zones, prices that go up and down, a clock that passes awkward moments."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from decimal import Decimal
from math import log
from typing import TYPE_CHECKING, Any, Final

import msgspec

from divisa.adapters.aws.clock import REREAD, ReplayTime
from divisa.domain.behaviour import NEWCOMER
from divisa.domain.device import Device, Platform, device_id_of
from divisa.domain.errors import LaptopCloudError
from divisa.domain.evaluation import Watch
from divisa.domain.gate import market_is_open
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from divisa.domain.preferences import MAX_WEEKLY_CAP, QuietHours
from divisa.domain.quote import Quote
from divisa.domain.recipient import Channel, Recipient
from local.faults.books import missing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from divisa.domain.transaction import Side
    from divisa.ports import Devices
    from local.faults.books import Due
    from local.stores import Stores

COSTS: Final = {Pair("USD", "MXN"): Decimal("16.00"), Pair("USD", "BRL"): Decimal("5.00")}
"""What everybody's dollars cost. The model's rule tells to sell 3 % above it and to buy 3 % below."""
START: Final = datetime(2024, 3, 28, 23, 59, 45, tzinfo=UTC)
"""Before a midnight at which the clocks of Israel go forward; the next Monday's midnight ends a month."""
STEP: Final = timedelta(hours=26)
"""From one round to the next: more than the policy's cooldown, and another hour of everybody's day."""
ZONES: Final = ("Asia/Jerusalem", "America/New_York", "America/Sao_Paulo", "Europe/Madrid", "Asia/Kolkata")
NIGHT: Final = QuietHours(wall_time(22), wall_time(7))
UP: Final = tuple(Decimal(percent) / 100 for percent in (100, 101, 102, 103, 104, 105))
DOWN: Final = tuple(Decimal(percent) / 100 for percent in (104, 102, 100, 99, 98, 97, 96, 95))
BACK: Final = tuple(Decimal(percent) / 100 for percent in (95, 96, 98, 99))
"""Where a round begins, but for the first: at the price at which the one before it ended."""
PLATFORMS: Final = {8: Platform.ANDROID, 9: Platform.IOS}
"""Who has a device, by the last digit of their number."""
_APPLIED_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 300.0
"""How long a price stands that somebody was not told of, before the episode is given up as lost."""
_LOOK_SECONDS: Final = 2.0
_TRIES: Final = 60


def people(count: int) -> Iterator[tuple[Recipient, Pair]]:
    """Everybody and the pair they trade; each contact belongs to one person only."""
    pairs = tuple(COSTS)
    for number in range(count):
        user_id = f"fault-{number:04d}"
        plain = Recipient(
            user_id,
            consent=frozenset({Channel.EMAIL, Channel.SMS}),
            phone=f"+521559{number:07d}",
            email=f"{user_id}@example.com",
            weekly_cap=MAX_WEEKLY_CAP,
            time_zone=ZONES[number // 10 % len(ZONES)],
        )
        kinds: dict[int, dict[str, Any]] = {
            1: {"consent": frozenset({Channel.SMS})},
            2: {"consent": frozenset(Channel)},  # without a device: the next channel tells
            3: {"email": "nowhere"},  # reaches nobody: the next channel tells
            4: {"quiet_hours": NIGHT},
            5: {"quiet_hours": NIGHT, "consent": frozenset({Channel.SMS})},
            6: {"consent": frozenset({Channel.SMS}), "phone": "12345"},  # no channel reaches them
            7: {"consent": frozenset()},
            8: {"consent": frozenset(Channel)},  # with a device, as the next
            9: {"consent": frozenset({Channel.PUSH})},
        }
        yield replace(plain, **kinds.get(number % 10, {})), pairs[number % len(pairs)]


def devices(count: int) -> Iterator[Device]:
    """Everybody's devices: one each of those who have one, so that a suggestion makes one notification."""
    for number in range(count):
        if (platform := PLATFORMS.get(number % 10)) is not None:
            user_id = f"fault-{number:04d}"
            token = hashlib.sha256(user_id.encode()).hexdigest()
            yield Device(user_id, device_id_of(user_id, platform, token), platform, token, START)


def moments() -> Iterator[datetime]:
    """When rounds begin, UTC: always while the market is open, after a weekend shortly before Sunday's midnight."""
    at = START
    while True:
        yield at
        at += STEP
        if not (market_is_open(at) and market_is_open(at + timedelta(hours=1))):
            at = (at + timedelta(days=6 - at.weekday())).replace(hour=23, minute=59, second=45)


@dataclass
class World:
    """The people in a cloud's stores, their prices and their clock."""

    stores: Stores
    devices: Devices
    ssm: Any
    clock_parameter: str
    quotes: list[Quote] = field(default_factory=list)
    homes: list[tuple[str, Pair]] = field(default_factory=list)
    _crossings: Counter[Side] = field(default_factory=Counter)
    _ratio: Decimal = Decimal(1)
    _clock: ReplayTime = field(default_factory=lambda: ReplayTime(START, datetime.now(UTC), speed=1.0))

    def settle_in(self, count: int) -> None:
        """Have so many people come to live here."""
        everybody = list(people(count))
        self.stores.recipients.put_many([person for person, _ in everybody])
        for device in devices(count):
            self.devices.add(device)
        self.homes = [(person.user_id, pair) for person, pair in everybody]
        base = Decimal(500)
        for pair, cost in COSTS.items():
            there = [person.user_id for person, of in everybody if of == pair]
            price = float(cost)
            summary = replace(
                NEWCOMER,
                buys=1.0,
                last_at=(START - timedelta(days=30)).timestamp(),
                last_buy=log(price),
                usual_buy=log(price),
                buy_level=0.3,
                buy_z=-0.5,
                size=100.0,
                recent_buys=1.0,
                position=500.0,
                cost=price,
            )
            self.stores.portfolios.put_many(
                [Portfolio(each, pair, base, quote_balance=Decimal(20_000), base_cost=base * cost) for each in there]
            )
            self.stores.summaries.put_many(pair, dict.fromkeys(there, summary))
            self.stores.watches.put_many([Watch(each, pair) for each in there])

    def now(self) -> datetime:
        """The replay's present, UTC."""
        return self._clock.at(datetime.now(UTC))

    def move_clock(self, to: datetime) -> None:
        """Let it be another moment from now on; time runs as usual from there."""
        self._clock = ReplayTime(to, datetime.now(UTC), speed=1.0)
        value = msgspec.json.encode(self._clock).decode()
        self.ssm.put_parameter(Name=self.clock_parameter, Value=value, Type="String", Overwrite=True)
        time.sleep(REREAD.total_seconds() + 0.1)

    def due(self) -> Due:
        """How many suggestions everybody was to have until now: one for each time that a side's edge was crossed."""
        return {(*home, side): times for home in self.homes for side, times in self._crossings.items()}

    def cross(self, side: Side) -> bool:
        """Let the price stand beyond everybody's edge until each has a suggestion of it.

        Else the next prices might be there before somebody was looked at, and rightly nobody would be told of this one.

        Args:
            side: what the rule says at the present price.

        Returns:
            False when somebody has none after minutes; nothing should be crossed after that.
        """
        self._crossings[side] += 1
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while max(missing_of(self.due(), self.stores.suggestions.all()).values(), default=0) > 0:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
            self.requote()
        return True

    def requote(self) -> None:
        """Quote every pair at its present price once more.

        Raises:
            LaptopCloudError: it is not believed, however often it is quoted.
        """
        self.price(self._ratio)

    def price(self, ratio: Decimal) -> None:
        """Quote every pair at so many times everybody's cost, until it is believed, twice.

        Raises:
            LaptopCloudError: it is not, however often it is quoted.
        """
        self._ratio = ratio
        for _ in range(2):
            waiting = set(COSTS)
            for _ in range(_TRIES):
                quotes = [self._quote(pair, ratio) for pair in sorted(waiting)]
                self.stores.stream.publish(quotes)
                self.quotes += quotes
                waiting -= self._applied(quotes)
                if not waiting:
                    break
            else:
                raise LaptopCloudError("faults", f"a price was never applied: {', '.join(map(str, sorted(waiting)))}")

    def _quote(self, pair: Pair, ratio: Decimal) -> Quote:
        middle, half = COSTS[pair] * ratio, Decimal("0.001")
        return Quote(pair, middle - half, middle + half, self.now(), len(self.quotes) + 1, "faults")

    def _applied(self, quotes: list[Quote]) -> set[Pair]:
        """The pairs whose quote was believed within some seconds."""
        deadline, applied = time.monotonic() + _APPLIED_SECONDS, set[Pair]()
        while len(applied) < len(quotes) and time.monotonic() < deadline:
            time.sleep(0.1)
            for quote in quotes:
                last = self.stores.markets.load(quote.pair).gate.last_event_time
                if last is not None and last >= quote.event_time:
                    applied.add(quote.pair)
        return applied
