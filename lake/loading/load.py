"""A load: a file that the lake has received, once, and where what comes of it lies."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec

from lake.ingestion.forms import Form
from lake.storage.objects import Objects

UNKNOWN: Final = "unknown"
"""Stands for the dataset of files that are of none."""
BRONZE, TYPED, QUARANTINE, LATE, ACCOUNTS = "bronze", "typed", "quarantine", "late", "accounts"
LOADS: Final = "loads"
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$")


class Load(msgspec.Struct, frozen=True):
    """A file as it was received.

    The same content for the same dataset in the same form is the same load, whoever hands it in. In another form it is
    another one: what a file is found to be, when its name says something wrong, must not stand for it.

    Attributes:
        dataset: whose it is, or `UNKNOWN`.
        sha256: of its bytes, hexadecimal.
        received_at: when it landed, UTC.
        landed: the key that it landed under first.
        size: bytes.
        form: what is in it, as it landed; None where nobody can tell, or where it is of no dataset.
    """

    dataset: str
    sha256: str
    received_at: datetime
    landed: str
    size: int
    form: Form | None = None

    @property
    def id(self) -> str:
        """What tells it from all others of its dataset."""
        return load_id(self.sha256, self.form)

    @property
    def name(self) -> str:
        """What whoever handed it in calls it."""
        return self.landed.rpartition("/")[2]

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place among all loads: that in which it was received."""
        return self.received_at, self.id

    @property
    def bronze(self) -> str:
        """Where its bytes lie as they were received; its name ends in its form, or in what its name ended in."""
        suffix = None if self.form else _SUFFIX.search(self.name)
        return self._at(BRONZE, suffix[0] if suffix else "")

    @property
    def typed(self) -> str:
        """Where its good rows lie, as Parquet."""
        return self._at(TYPED, ".parquet")

    @property
    def quarantine(self) -> str:
        """Where the rows lie that were set aside, as Parquet."""
        return self._at(QUARANTINE, ".parquet")

    @property
    def late(self) -> str:
        """Where the rows lie that came too late, as Parquet."""
        return self._at(LATE, ".parquet")

    @property
    def manifest(self) -> str:
        """Where is written that there is this load."""
        return manifest_key(self.dataset, self.id)

    @property
    def checked(self) -> str:
        """Where is written what its rows were found to be."""
        return self._beside("checked")

    @property
    def merged(self) -> str:
        """Where is written that its rows were merged into silver."""
        return self._beside("merged")

    @property
    def again(self) -> str:
        """Where is written that its rows are to be merged once more, however late they are."""
        return self._beside("again")

    @property
    def accounted(self) -> str:
        """Where is written that none of its rows is lost, and that gold knows of them."""
        return self._beside("accounted")

    def _at(self, zone: str, suffix: str) -> str:
        return f"{zone}/{self.dataset}/load_date={self.received_at:%Y-%m-%d}/{self.id}{suffix}"

    def _beside(self, what: str) -> str:
        return f"{self.manifest.removesuffix('.json')}.{what}"


def load_id(sha256: str, form: Form | None) -> str:
    """What a load of this content and form is called.

    >>> load_id("47d8", Form.CSV_GZIP), load_id("47d8", None)
    ('47d8.csv.gz', '47d8')
    """
    return f"{sha256}{form or ''}"


def manifest_key(dataset: str, load: str) -> str:
    """Where a load is written down.

    >>> manifest_key("fx_prices", "47d8.csv")
    'loads/fx_prices/47d8.csv.json'
    """
    return f"{LOADS}/{dataset}/{load}.json"


def loads_of(objects: Objects, dataset: str) -> list[Load]:
    """All loads of a dataset in the order in which they were received."""
    return _read(objects, (key for key in _keys(objects, dataset) if key.endswith(".json")))


def pending(objects: Objects, dataset: str) -> list[Load]:
    """Those loads of a dataset whose rows are still to be merged, or are to be merged once more."""
    keys = _keys(objects, dataset)
    return _read(objects, _manifests(keys, lambda at: f"{at}.merged" not in keys or f"{at}.again" in keys))


def unaccounted(objects: Objects, dataset: str, unsettled: Collection[str] = ()) -> list[Load]:
    """Those loads of a dataset with which no run has come to an end since they were merged.

    Args:
        objects: the lake.
        dataset: whose loads.
        unsettled: ids of more loads, whose accounts are to be made anew if they are merged.
    """
    keys = _keys(objects, dataset)
    anew = {manifest_key(dataset, load).removesuffix(".json") for load in unsettled}
    return _read(
        objects, _manifests(keys, lambda at: f"{at}.merged" in keys and (f"{at}.accounted" not in keys or at in anew))
    )


def _keys(objects: Objects, dataset: str) -> set[str]:
    return {each.key for each in objects.listed(f"{LOADS}/{dataset}/")}


def _manifests(keys: set[str], wanted: Callable[[str], bool]) -> Iterator[str]:
    """The manifests that are wanted by what lies beside them: of many loads few are ever read."""
    return (key for key in keys if key.endswith(".json") and wanted(key.removesuffix(".json")))


def _read(objects: Objects, manifests: Iterable[str]) -> list[Load]:
    loads = [msgspec.json.decode(objects.read(key), type=Load) for key in manifests]
    return sorted(loads, key=lambda load: load.place)


def ask_again(objects: Objects, loads: Iterable[Load]) -> None:
    """Let loads be merged once more, however late their rows are."""
    for load in loads:
        objects.put(load.again, b"")


def account_again(objects: Objects, dataset: str, loads: Iterable[str]) -> None:
    """Let loads be accounted for once more, and gold be made anew of them; they are named by their ids."""
    for load in loads:
        objects.remove(f"{manifest_key(dataset, load).removesuffix('.json')}.accounted")
