"""Round numbers of which a bill can be worked out by hand: a thousand users of two pairs, two ticks a second each."""

from __future__ import annotations

from local.cost.counts import Counts
from local.cost.items import Sizes
from local.cost.parameters import Parameters
from local.cost.traffic import Load, open_seconds

LOAD = Load(users=1000, ticks_per_second=2.0, pairs=2)
PARAMETERS = Parameters(
    batch_window=1.0,
    watch_shards=4,
    watch_age=20_000.0,
    refreshes_per_run=3000,
    stream_shards=1,
    stream_hours=168,
    endpoint_instance="ml.c5.large",
    endpoint_instances=2,
    memory_gb={
        "quotes": 2.0,
        "refresh": 2.0,
        "release": 2.0,
        "outcomes": 0.5,
        "outbox": 0.5,
        "sms": 0.5,
        "email": 0.5,
        "emailFeedback": 0.5,
    },
)
COUNTS = Counts(
    users=1_000_000,
    day="a Tuesday",
    broken_per_second=1e-5,
    suggestions_per_second=1e-6,
    rows_per_broken=3.0,
    rows_per_refresh=2.0,
    rows_per_second=250.0,
    call_seconds=0.003,
)
SIZES = Sizes(
    portfolio=140,
    summary=600,
    watch=400,
    market=3000,
    suggestion=450,
    recipient=130,
    delivery=200,
    pacing=900,
    bar=300,
    outcome=700,
    decision=2000,
    judgement=1500,
)
T = open_seconds()
"""Seconds of a month in which the market is open; everything that happens is a number of times a second."""
