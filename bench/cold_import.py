"""How long a fresh interpreter takes to import each handler: what a cold start waits for before the first event."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from typing import Any

HANDLERS = {
    "quotes": ("apply_quotes", "QuotesSettings"),
    "backlog": ("work_off", "BacklogSettings"),
    "refresh": ("refresh_watches", "RefreshSettings"),
    "release": ("release_held", "ReleaseSettings"),
    "ledger": ("ledger_stream", "LedgerSettings"),
    "transactions": ("fold_ledger", "TransactionsSettings"),
    "outbox": ("publish_suggestions", "OutboxSettings"),
    "to_lake": ("carry_to_lake", "ToLakeSettings"),
    "push": ("deliver_by_push", "PushSettings"),
    "sms": ("deliver_by_sms", "SmsSettings"),
    "email": ("deliver_by_email", "EmailSettings"),
}
"""What wires each handler's use case, and with which settings."""
RUNS = 7
PROBE = """
import time
started = time.perf_counter()
import stream_consumers.{name}
imported = time.perf_counter()
from divisa import bootstrap, settings
bootstrap.{wire}(settings.{settings}.from_environment())
print(imported - started, time.perf_counter() - started)
"""
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "STAGE": "bench",
    "TABLE_PREFIX": "bench-",
    "CLOCK": "system",
    "PAIRS": "USD/MXN",
    "ENDPOINT_NAME": "bench",
    "QUARANTINE_BUCKET": "bench",
    "MAX_QUOTE_AGE_SECONDS": "60",
    "POLICY_PARAMETER": "/divisa/local/policy",
    "WATCH_SHARDS": "4",
    "WATCH_AGE_HOURS": "6",
    "DECISIONS_STREAM_NAME": "bench",
    "EXPERIMENT_SECRET_ID": "bench",
    "DECIDED_AT_ONCE": "2000",
    "REFRESHES_PER_RUN": "6000",
    "RELEASES_PER_RUN": "1000",
    "BACKLOG_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/bench",
    "TRANSACTIONS_STREAM_NAME": "bench",
    "SUGGESTIONS_DOOR_NAME": "bench",
    "OUTCOMES_DOOR_NAME": "bench",
    "SUGGESTIONS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:bench",
    "ANDROID_APPLICATION_ARN": "",
    "IOS_APPLICATION_ARN": "",
    "SMS_SENDER_ID": "",
    "SMS_TARIFF": "MX:0.0411:500",
    "SENDER_EMAIL": "bench@example.com",
    "CONFIGURATION_SET": "bench",
    "APP_URL": "https://app.divisa.example",
    "DELIVERY_TRIES": "5",
    "API_URL": "https://api.divisa.example",
    "API_SECRET_ID": "bench",
}


def run() -> dict[str, Any]:
    """Milliseconds a handler, median of fresh processes, files in the page cache.

    `quotes` is the import alone; `quotes_wired` goes on until the use case is built with its clients (no call made).
    """
    result: dict[str, Any] = {"bench": "cold_import_ms"}
    for name, (wire, settings) in HANDLERS.items():
        command = [sys.executable, "-c", PROBE.format(name=name, wire=wire, settings=settings)]
        environment = {"PATH": os.environ["PATH"], **ENVIRONMENT}
        runs = [
            subprocess.run(command, check=True, capture_output=True, env=environment).stdout.split()  # noqa: S603 - our own code
            for _ in range(RUNS)
        ]
        result[name] = round(1000 * median(float(imported) for imported, _ in runs), 1)
        result[f"{name}_wired"] = round(1000 * median(float(wired) for _, wired in runs), 1)
    return result
