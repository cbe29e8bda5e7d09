"""A load without the persons who are to be erased: its bytes, its typed rows, those set aside, those too late.

How many rows went is written down first, under notes that name nobody, so that whoever goes on after a crash does not
count again and every row stays accounted for. Rows of the ledger stay, under the pseudonym, as in the API's ledger.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.erasing import lines, parquet
from lake.erasing.decoding import decoded
from lake.erasing.people import subjects_of
from lake.ingestion.conversion import LINE
from lake.ingestion.records import FileReason
from lake.loading import checking
from lake.loading.checking import Checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lake.contract.contract import Contract
    from lake.erasing.people import People
    from lake.loading.load import Load
    from lake.storage.objects import Objects

LEDGER: Final = frozenset({"fx_transactions"})
"""The datasets that the law asks to keep: a pseudonym takes the person's place in their rows."""
_REFUSED: Final = {"refused_file", "unknown_dataset"}
_TYPED: Final = ""


@dataclass(slots=True)
class _Found:
    """What names somebody in a load.

    Attributes:
        starts: the lines at which its records begin.
        gone: lines of the records that go.
        kept: lines of those that stay under a pseudonym.
        counts: rows that go, by pseudonym and the reason for which they are in quarantine, or `_TYPED`.
    """

    starts: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    kept: dict[int, str] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, line: int, who: str, reason: str) -> None:
        if line not in self.gone:
            self.gone.add(line)
            self.counts[who, reason] += 1


def erase(objects: Objects, load: Load, contracts: Mapping[str, Contract], people: People) -> bool:
    """Erase persons of a load; tells whether it has, or had, something of theirs. To do it again changes nothing.

    Args:
        objects: the lake, with the load's bytes.
        load: any; where its rows were not checked yet they are.
        contracts: all, by dataset.
        people: whom.
    """
    contract = contracts.get(load.dataset)
    with TemporaryDirectory(prefix="divisa-erasing-") as scratch:
        folder = Path(scratch)
        checked = checking.check(objects, load, contracts, folder)
        found = _Found()
        if contract is None or _is_one_row(checked):
            found = _in_whole(objects, load, checked, people)
        whole = bool(found.gone)
        if contract is not None and not whole and not _REFUSED.intersection(checked.quarantine):
            found = _in_rows(objects, load, contract, people, folder)
        checked = _write_down(objects, load, checked, found, people)
        if whole:
            for key in (load.late, load.typed, load.quarantine):
                objects.remove(key)
            objects.put(load.bronze, b"")
        elif contract is not None and (found.gone or found.kept):
            _rewrite(objects, load, contract, people, found, folder)
    return not people.notes(load.sha256).isdisjoint(checked.erased)


def erased(objects: Objects, load: Load, people: People) -> int:
    """How many rows of a load went with some persons, whenever that was."""
    checked = msgspec.json.decode(objects.read(load.checked), type=Checked)
    notes = people.notes(load.sha256)
    return sum(count for note, count in checked.erased.items() if note in notes)


def _is_one_row(checked: Checked) -> bool:
    """Whether a file was refused as a whole, or had one row, which was counted as gone already."""
    return bool(_REFUSED.intersection(checked.quarantine)) or (
        checked.rows_in == sum(checked.erased.values()) == 1 and not checked.quarantine
    )


def _in_whole(objects: Objects, load: Load, checked: Checked, people: People) -> _Found:
    """A file that nobody could read is one row: all of it goes where it names somebody, its bytes last."""
    found = _Found()
    reason = next(iter(checked.quarantine), _TYPED)
    for who in people.in_text(decoded(objects.read(load.bronze)), people.subjects).values():
        found.take(0, who, reason)
    return found


def _in_rows(objects: Objects, load: Load, contract: Contract, people: People, folder: Path) -> _Found:
    found, columns = _Found(), subjects_of(contract)
    if objects.find(load.typed) is not None:
        typed = folder / "typed"
        objects.fetch(load.typed, typed)
        found.starts += pq.read_table(typed, columns=[LINE]).column(LINE).to_pylist()
        for line, who in parquet.naming(typed, columns, LINE, people):
            if contract.dataset in LEDGER:
                found.kept[line] = who
            else:
                found.take(line, who, _TYPED)
    cut = {}
    if objects.find(load.quarantine) is not None:
        objects.fetch(load.quarantine, folder / "quarantine")
        for row in pq.read_table(folder / "quarantine", columns=[LINE, "raw", "reasons"]).to_pylist():
            found.starts.append(row[LINE])
            reason = row["reasons"][0]
            if reason == FileReason.TOO_LONG:
                cut[row[LINE]] = reason
            for who in _named(row["raw"].decode("utf-8", "replace"), contract, people):
                found.take(row[LINE], who, reason)
    found.starts.sort()
    if cut:
        objects.fetch(load.bronze, folder / "whole")
        for line, record in lines.records(folder / "whole", found.starts):
            if line in cut:
                if not record.strip("\r\n"):
                    found.gone.add(line)  # whoever began with it has taken it out of bronze, and was killed then
                for who in _named(lines.text_of(record), contract, people):
                    found.take(line, who, cut[line])
    return found


def _named(raw: str, contract: Contract, people: People) -> list[str]:
    """Whom a row names that was set aside: in its column where it has columns, and anywhere in it."""
    own = subjects_of(contract)
    try:
        fields = next(csv.reader(io.StringIO(raw, newline=""), delimiter=contract.feed.delimiter), [])
    except csv.Error:
        fields = []
    names = next((each for each in (tuple(contract.columns), contract.needed) if len(each) == len(fields)), None)
    if names is None:
        theirs = people.in_text(raw, own.values(), numbers=True)
    else:
        there = dict(zip(names, fields, strict=True))
        theirs = {name: who for name, whose in own.items() if (who := people.find(whose, there.get(name, "").strip()))}
    return list((theirs | people.in_text(raw, people.subjects)).values())


def _write_down(objects: Objects, load: Load, checked: Checked, found: _Found, people: People) -> Checked:
    """Count what goes of persons who were not counted yet."""
    everybody = {who for who, _ in found.counts} | set(found.kept.values())
    new = {who: note for who in everybody if (note := people.note(who, load.sha256)) not in checked.erased}
    if not new:
        return checked
    quarantine = Counter(checked.quarantine)
    erased = dict.fromkeys(new.values(), 0)
    typed = checked.typed
    for (who, reason), count in found.counts.items():
        if who in new:
            erased[new[who]] += count
            if reason == _TYPED:
                typed -= count
            else:
                quarantine[reason] -= count
    after = Checked(checked.rows_in, typed, dict(+quarantine), checked.erased | erased)
    objects.put(load.checked, msgspec.json.encode(after))
    return after


def _rewrite(objects: Objects, load: Load, contract: Contract, people: People, found: _Found, folder: Path) -> None:
    """Bronze first: what it is rewritten by is in the others."""
    columns = subjects_of(contract)
    source, to = folder / "source", folder / "rewritten"
    objects.fetch(load.bronze, source)
    place = next((n for n, name in enumerate(contract.columns) if name in columns), 0)

    def put(record: str, who: str) -> str:
        if record.lstrip().startswith("{"):
            return people.renamed(record)
        return lines.with_field(record, who, place, contract.feed.delimiter)

    lines.rewrite(source, to, found.starts, found.gone, found.kept, put)
    objects.put_file(load.bronze, to)
    change = (parquet.renamed if contract.dataset in LEDGER else parquet.without)(columns, people)
    for key in (load.late, load.typed):
        _rewrite_rows(objects, key, change, folder)
    lost = pa.array(found.gone, pa.int64())

    def not_gone(batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.filter(pc.invert(pc.is_in(batch.column(LINE), lost)))

    _rewrite_rows(objects, load.quarantine, not_gone, folder)


def _rewrite_rows(objects: Objects, key: str, change: Callable[[pa.RecordBatch], pa.RecordBatch], folder: Path) -> None:
    if objects.find(key) is None:
        return
    source, to = folder / "source", folder / "rewritten"
    objects.fetch(key, source)
    if parquet.rewrite(source, to, change):
        objects.put_file(key, to)
    else:
        objects.remove(key)
