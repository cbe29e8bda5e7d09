"""A lake in which somebody of each kind is named wherever a file or a row can name anybody, beside others."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lake.contract import examples
from lake.contract.reading import contracts
from lake.erasing.keep_out import KeepOut
from lake.erasing.markers import Marker, ask
from lake.erasing.people import USER, pseudonym, subjects_of
from lake.loading import accounting
from lake.loading.load import UNKNOWN
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.run import Run, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from lake.storage.objects import Objects

SECRET: Final = b"k" * 64
NOW: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
THEIRS: Final = {
    "user": "0b6f6f0e-9d3c-4e0e-a1f7-3c2f00aa0001",
    "energy_customer": "C-gone-7781",
    "shop_customer": "K-gone-7781",
    "employee": "987654321",
    "device": "d-gone-7781",
}
"""Who is erased, by subject."""
OTHERS: Final = {**{subject: f"{value}9" for subject, value in THEIRS.items()}, "user": "ben"}
"""Who stays; most ids begin as the others' do."""


def body(contract: Contract, rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as a file of a contract has them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=contract.feed.delimiter)
    if contract.feed.header:
        writer.writerow(contract.columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def rows_of(contract: Contract, count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Rows of which every third is somebody's who is erased, and the others somebody else's."""
    columns = list(contract.columns)
    rows = [list(row) for row in examples.rows(contract, count, seed)]
    for name, subject in subjects_of(contract).items():
        for number, row in enumerate(rows):
            is_key = contract.key == (name,)  # of a register: everybody is in one row
            if number % 3 == 0 and (not is_key or number == 0):
                row[columns.index(name)] = THEIRS[subject]
            elif not is_key:
                row[columns.index(name)] = OTHERS[subject]
    return [tuple(row) for row in rows]


def fill(objects: Objects, datasets: Iterable[str] = contracts()) -> None:
    """Let files land that name people."""
    user = THEIRS["user"]
    for dataset in datasets:
        contract = contracts()[dataset]
        rows = rows_of(contract, 60)
        objects.put(f"landing/{dataset}/a.csv", body(contract, rows[:40]))
        objects.put(f"landing/{dataset}/b.csv", body(contract, rows[30:]))
        sign = contract.feed.delimiter
        for subject in subjects_of(contract).values():
            bad = [THEIRS[subject], f'x{sign}"{THEIRS[subject]}"', f"{THEIRS[subject]}{sign * 20}"]
            if dataset == "fx_suggestions":
                bad.append("y" * (1 << 20) + f"{sign}{THEIRS[subject]}")
            good = body(contract, rows[:3]).decode()
            objects.put(f"landing/{dataset}/bad.csv", "\r\n".join([good.rstrip(), *bad, "nobody", ""]).encode())
    objects.put(f"landing/fx_prices/{user}.csv", body(contracts()["fx_prices"], [["by", user]]))
    objects.put("landing/fx_prices/utf16.csv", f"pair\n{user}\n".encode("utf-16"))
    objects.put("landing/secrets/who.json.gz", gzip.compress(json.dumps({"who": [user, "ben"]}).encode()))
    logged = [json.dumps({"schema": 2, "user_id": each, "cause": "broken"}).encode() for each in (user, "ben", user)]
    two = [gzip.compress(line + b"\n") for line in logged]
    objects.put("decisions/day=2026-01-05/one.gz", b"".join(two))
    objects.put("decisions/day=2026-01-05/plain", b"\n".join(logged))
    objects.put("decisions/day=2026-01-05/theirs.gz", two[0])
    failed = [json.dumps({"rawData": base64.b64encode(each).decode(), "attemptsMade": 4}).encode() for each in logged]
    objects.put("decisions-failed/processing/day=2026-01-05/one", b"\n".join(failed))


def load(objects: Objects, session: Session, name: str = "r1", *, guarded: bool = False) -> None:
    """Bring into tables what landed; where it is guarded, without whoever was erased."""
    run = Run(name, NOW, objects, contracts(), lambda: session)
    if guarded:
        run = replace(run, keep_out=KeepOut(objects, contracts(), SECRET))
    plan(objects, tuple(contracts()), name, Request())
    for step in Step:
        run.take(step)


def mark(objects: Objects) -> str:
    """Mark everybody of `THEIRS`, the user as the API does; gives the user's pseudonym."""
    for subject, value in THEIRS.items():
        if subject != USER:
            ask(objects, SECRET, subject, value, NOW)
    theirs = pseudonym(SECRET, USER, THEIRS[USER])
    objects.put(Marker(theirs, NOW).key, json.dumps({"pseudonym": theirs, "erased_at": NOW.isoformat()}).encode())
    return theirs


def accounts(objects: Objects) -> Counter[str]:
    """Rows of all loads by what became of them."""
    out: Counter[str] = Counter()
    for dataset in (*contracts(), UNKNOWN):
        for entry in accounting.kept(objects, dataset):
            out += Counter(
                rows=entry.rows_in,
                silver=entry.silver,
                duplicates=entry.duplicates,
                late=entry.late,
                quarantine=sum(entry.quarantine.values()),
                erased=entry.erased,
            )
            assert entry.unaccounted == 0, entry.load.dataset
    return out


def traces(contents: Iterable[tuple[str, bytes]], decode: Callable[[bytes], str], *ids: str) -> dict[str, set[str]]:
    """Objects whose name or content has an id somewhere, not followed by what makes it another one's."""
    found: dict[str, set[str]] = {}
    for key, content in contents:
        text = f"{key}\n{decode(content)}".replace("gone-77819", "").replace("9876543219", "")
        if here := {each for each in ids if each in text}:
            found[key] = here
    return found


def files(root: Path) -> Iterable[tuple[str, bytes]]:
    """All objects of a lake in a folder."""
    return ((path.relative_to(root).as_posix(), path.read_bytes()) for path in root.rglob("*") if path.is_file())
