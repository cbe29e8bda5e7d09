"""What the bill assumes, in words with the numbers that it was made with, and what it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from local.cost.afterwards import HELD, INGESTED, LOOKS
from local.cost.bill import BY_SMS, POLLS, QUEUES, index_units, instances
from local.cost.counts import CALL_ROWS
from local.cost.traffic import HOURS, OPEN, REQUEST, with_bands
from local.cost.units import write_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.cost.counts import Counts
    from local.cost.items import Sizes
    from local.cost.parameters import Parameters
    from local.cost.traffic import Load

LEFT_OUT: Final = (
    "CloudWatch (logs, metrics, alarms) and X-Ray",
    "KMS, S3 and data transfer",
    "users' own transactions, what they answer, the API, the lake and training",
    "large moves of the price: their watches go through the backlog, at the same units a watch",
    "free tiers, discounts, support and taxes",
)


def assumptions(load: Load, parameters: Parameters, counts: Counts, sizes: Sizes) -> Sequence[str]:
    """Each in a sentence."""
    traffic = with_bands(load, parameters, counts)
    hours, age = HOURS * OPEN, parameters.watch_age / 3600
    watch, index = write_units(sizes.watch), index_units(sizes)
    refreshes = (
        f"A watch is evaluated again every {age:g} hours while the market is open"
        if traffic.refreshed < traffic.runs * parameters.refreshes_per_run
        else f"The refresh does all it may, {parameters.refreshes_per_run} watches of a pair a minute, "
        f"and does not keep up with an age of {age:g} hours"
    )
    return (
        f"A month has {HOURS:g} hours, and the market is open in {hours:.0f} of them; machines, streams and queues "
        "cost something in all.",
        f"A watch is broken {counts.broken_per_second * 86_400:.2f} times a day and makes "
        f"{counts.suggestions_per_second * 86_400:.3f} suggestions, as counted for {counts.users:,} users at a tick a "
        f"second of {counts.day} (`make bench-ticks`). That follows from how far the price goes, not from how many "
        "ticks say so: with rarer ticks it is less, on wilder days more.",
        f"The model is asked at {counts.rows_per_broken:.2f} prices about a watch that is broken and at "
        f"{counts.rows_per_refresh:.2f} about one that is old, counted there too; brute force asks at one.",
        f"Ticks are gathered for {parameters.batch_window:g} s, and a pair is decided about once for all of them, with "
        "bands and with brute force.",
        f"{refreshes}. Brute force needs no refresh.",
        "Brute force reads watches and summaries from the tables whenever it decides, as the reference path of the "
        "consumers does. Who holds them in memory instead pays for that memory, and for the other lines.",
        f"Items are as large as the adapters make them: a watch {sizes.watch} bytes, a summary {sizes.summary}, a "
        f"market record {sizes.market}, a suggestion {sizes.suggestion}; units follow by DynamoDB's documented rules.",
        f"A watch that moves costs {watch + index} write units, {index} of them for the indexes: both edges and the "
        "refresh time change, and both edges are finite. Brute force writes what changes, without indexes.",
        f"The endpoint answers {counts.rows_per_second:,.0f} rows a second an instance, measured at {CALL_ROWS} "
        "rows a call on one core of the benchmarks' machine (`make bench`); there are at least "
        f"{parameters.endpoint_instances}, here {instances(traffic, parameters, counts)}, enough for the mean: a burst "
        "waits in the backlog. Brute force is counted at the same speed, though without bands it is faster.",
        f"A request to DynamoDB holds a function up for {1000 * REQUEST:g} ms (assumed, not measured: it needs AWS).",
        f"A suggestion makes one message: an email, and in {BY_SMS:.0%} of cases (assumed, not measured) a text "
        "message, after the email surely reached nobody. A notification is cheaper than either. Those that a cooldown "
        "or a lack of consent holds back are counted as sent: less goes out.",
        f"Quiet hours hold {HELD:.0%} of suggestions (assumed, not measured): they are decided about, written and "
        "logged once more.",
        f"A line of the decision log has {sizes.decision} bytes, and {sizes.judgement} more where a visit begins. Each "
        "watch that a price broke makes one; those that were decided about together are one record, which Firehose "
        f"rounds up to a multiple of {INGESTED // 1024} KB.",
        f"Every hour a run looks for {LOOKS:g} hours whether a suggestion's outcome is there.",
        "SES tells of each email once, delivered or not.",
        f"Lambda asks each of {QUEUES} empty queues {POLLS:g} times an hour.",
        "Every record of the quote stream is put by itself; aggregation makes it less.",
    )
