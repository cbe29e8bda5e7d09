"""What became of every suggestion: in an inbox, held back for a reason, or lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from divisa.domain.recipient import Channel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from divisa.domain.suggestion import Delivery, Suggestion

KEPT: Final = frozenset({Channel.SMS, Channel.EMAIL})
"""The channels of which the laptop's cloud keeps what was sent."""
DEAD_LETTER: Final = "dead_letter"
"""The reason of a message that its queue gave up on."""


@dataclass(slots=True)
class Outcome:
    """The books of a run. A message is one suggestion on one channel.

    Attributes:
        suggestions: suggestions that were let out.
        suppressed: suggestions that were recorded and not let out, by reason.
        held: suggestions that wait for the end of quiet hours.
        delivered: messages found in an inbox, by channel; notifications, of which the laptop's cloud keeps none, by its
            word that it took them.
        unsent: messages that have a reason for not being sent, by channel and reason (`sms: expired`).
        open: messages that nothing is known of yet: on their way, or lost when nothing moves any more. A suggestion
            makes one message: one that surely reached nobody is unsent, and goes on to the next channel.
    """

    suggestions: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    held: int = 0
    delivered: Counter[str] = field(default_factory=Counter)
    unsent: Counter[str] = field(default_factory=Counter)
    open: list[tuple[str, Channel]] = field(default_factory=list)


def reconcile(
    suggestions: Iterable[Suggestion],
    deliveries: Iterable[Delivery],
    inbox: Collection[str],
    dead_letters: Collection[tuple[str, Channel]] = (),
) -> Outcome:
    """Hold what was suggested against what arrived.

    Args:
        suggestions: every one that was recorded.
        deliveries: every one that was claimed.
        inbox: message ids that the inboxes hold.
        dead_letters: suggestion and channel of the messages in dead-letter queues.
    """
    outcome = Outcome()
    settled = {(delivery.suggestion_id, delivery.channel): delivery for delivery in deliveries}
    for suggestion in suggestions:
        if suggestion.suppressed is not None:
            outcome.suppressed[suggestion.suppressed.value] += 1
            continue
        if suggestion.is_held:
            outcome.held += 1
            continue
        outcome.suggestions += 1
        goes_on = True
        for channel in suggestion.channels:
            key = (suggestion.suggestion_id, channel)
            delivery = settled.get(key)
            # Who passes on, and dies before that is settled, ends as uncertain: the next channel knows all the same.
            if not (goes_on or delivery or key in dead_letters):
                break
            goes_on = delivery is not None and delivery.status.passes_on
            if delivery is not None and delivery.status.was_sent:
                if channel not in KEPT or delivery.message_id in inbox:
                    outcome.delivered[channel.value] += 1
                else:
                    outcome.open.append(key)
            elif delivery is not None and delivery.status.is_settled:
                outcome.unsent[f"{channel.value}: {delivery.status.value}"] += 1
            elif key in dead_letters:
                outcome.unsent[f"{channel.value}: {DEAD_LETTER}"] += 1
            else:
                outcome.open.append(key)
    return outcome


def waiting_ms(
    suggestions: Iterable[Suggestion], deliveries: Iterable[Delivery], speed: float
) -> dict[str, float | None]:
    """How long sent messages took, in milliseconds of wall time: median and 99th percentile; None when none was sent.

    From the quote's moment on the replay's clock until the message was handed over and written down.

    Args:
        suggestions: at least those that were sent.
        deliveries: those that were not sent do not count.
        speed: replayed seconds in a second.
    """
    quote_times = {each.suggestion_id: each.quote_time for each in suggestions}
    waits = [
        1000.0 * (delivery.at - quote_times[delivery.suggestion_id]).total_seconds() / speed
        for delivery in deliveries
        if delivery.status.was_sent
    ]
    if not waits:
        return {"p50": None, "p99": None}
    p50, p99 = np.percentile(waits, [50, 99])
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1)}
