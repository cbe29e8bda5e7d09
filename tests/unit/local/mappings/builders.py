"""Stream records for tests."""

from __future__ import annotations

from local.mappings.records import Record


def a_record(number: int, *, key: str = "USD/MXN", arrived_at: float = 1000.0, body: str = "{}") -> Record:
    return Record(f"{number:010d}", key, arrived_at, body)


def records(count: int, *, keys: int = 1) -> list[Record]:
    return [a_record(number, key=f"key-{number % keys}") for number in range(count)]
