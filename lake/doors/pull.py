"""All sources are fetched, and what is new of them lands in the lake; one that fails stops none of the others.

A run may have no time for all of them. So the next one begins with those that had their turn longest ago: a source that
takes all the time, or ends the run, keeps nobody away for longer than a run.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import DivisaError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lake.doors.download import Downloader
    from lake.doors.landing import Landing
    from lake.doors.sources import Source


@dataclass(slots=True)
class Pulled:
    """What became of the sources, by their names.

    Attributes:
        landed: their files are new, and in the lake.
        unchanged: they have the content of before.
        failed: why each of the others could not be had, without its address.
    """

    landed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class Pull:
    """Fetches sources, one after the other."""

    def __init__(self, download: Downloader, landing: Landing) -> None:
        self._download = download
        self._landing = landing

    def __call__(self, sources: Iterable[Source], *, seconds: float) -> Pulled:
        """Fetch what is new.

        Args:
            sources: what to fetch; first what had its turn longest ago.
            seconds: after which no other is begun; those that were not count as failed.
        """
        until = time.monotonic() + seconds
        pulled = Pulled()
        for source in self._in_turn(sources):
            if time.monotonic() >= until:
                pulled.failed[source.name] = "there was no time left for it in this run"
                continue
            try:
                is_new = self._take(source)
            except DivisaError as error:
                pulled.failed[source.name] = str(error)
            except OSError as error:  # the disk is full, for example; the next file may be smaller
                pulled.failed[source.name] = f"{source.name}: {type(error).__name__}"
            else:
                (pulled.landed if is_new else pulled.unchanged).append(source.name)
        return pulled

    def _in_turn(self, sources: Iterable[Source]) -> Iterable[Source]:
        try:
            return self._landing.longest_ago_first(sources)
        except StoreUnavailable:  # of which each source will tell
            return sources

    def _take(self, source: Source) -> bool:
        self._landing.begin(source)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "file"
            downloaded = self._download(source, file, self._landing.known_etag(source))
            if downloaded is None:
                return False
            is_new = self._landing.put(source, file, downloaded)
        if downloaded.etag:
            self._landing.remember(source, downloaded.etag)
        return is_new
