"""Where the gates close."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of promotion.

    Attributes:
        min_rows: rows whose outcome is known that evidence needs; with fewer, calibration error is mostly chance.
        min_users: users that they come from; with fewer, the bootstrap over users says nothing.
        max_worse: share of the live model's log loss by which the candidate's may be larger, at the upper end of the
            95 % interval of the difference: the wider the interval, the better it has to be. Two models that differ by
            the seed of their rows and trees alone differ by up to 1.3 % there, on 25,000 rows of 440 users.
        max_worse_segment: share of the live model's log loss of all rows by which a segment's may surely be larger, at
            the lower end of the interval: there are many segments, and most of them are small. Those two models differ
            by 0.9 % there among people without a transaction.
        segment_rows: rows that a segment needs to be judged by itself.
        max_calibration_error: the largest class's expected calibration error.
        min_kept: share of the skill that the candidate's own metrics claim that it must hold, at the upper end of the
            interval, beside the share that the live model holds of its own claim on the same rows.
        max_drift: population stability index of a feature between the rows of training and those of now; 0.25 is the
            usual mark of a population that is another one.
        max_latency_ms: 99th percentile of the time that the serving code takes for a batch, milliseconds.
        latency_rows: questions in such a batch; a consumer asks about so many at a time at most times.
        latency_batches: how often it is asked.
        bands_rows: questions whose bands are compared with scikit-learn's own predictions.
        max_disagreements: prices at which bands and scikit-learn's own predictions may say different things.
        max_feature_mismatches: logged questions that may come out otherwise from the ledger and the prices.
    """

    min_rows: int = 2_000
    min_users: int = 100
    max_worse: float = 0.02
    max_worse_segment: float = 0.02
    segment_rows: int = 1_000
    max_calibration_error: float = 0.02
    min_kept: float = 0.5
    max_drift: float = 0.25
    max_latency_ms: float = 250.0
    latency_rows: int = 500
    latency_batches: int = 200
    bands_rows: int = 2_000
    max_disagreements: int = 0
    max_feature_mismatches: int = 0
