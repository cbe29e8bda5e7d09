"""Wires each entrypoint once: settings in, a use case out. The only place that knows ports and adapters at a time.

Adapters are imported when an entrypoint is built, so that importing a handler stays cheap.
"""

from divisa.bootstrap.consumers import (
    apply_quotes,
    deliver_by_email,
    deliver_by_push,
    deliver_by_sms,
    fold_ledger,
    ledger_stream,
    publish_suggestions,
    quote_stream,
    refresh_watches,
    release_held,
    work_off,
)
from divisa.bootstrap.lake import carry_to_lake
from divisa.bootstrap.outcomes import settle_outcomes

__all__ = [
    "apply_quotes",
    "carry_to_lake",
    "deliver_by_email",
    "deliver_by_push",
    "deliver_by_sms",
    "fold_ledger",
    "ledger_stream",
    "publish_suggestions",
    "quote_stream",
    "refresh_watches",
    "release_held",
    "settle_outcomes",
    "work_off",
]
