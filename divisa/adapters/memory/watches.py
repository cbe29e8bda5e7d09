"""Watches in a dictionary, moved together with the suggestions that they cause."""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from divisa.adapters.memory.suggestions import MemorySuggestions
    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.suggestion import Suggestion

PAGE = 5000
"""Watches a page: about what one megabyte, DynamoDB's page, holds of them."""


class MemoryWatches:
    """`Watches` of one process; `move` is safe between threads."""

    def __init__(self, suggestions: MemorySuggestions, *, page: int = PAGE) -> None:
        """Watches that insert their suggestions into `suggestions`, and are read `page` at a time."""
        self._suggestions = suggestions
        self._page = page
        self._by_pair: dict[Pair, dict[str, Watch]] = {}
        self._lock = Lock()

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair as of now, page by page."""
        watches = iter(tuple(self._by_pair.get(pair, {}).values()))
        while page := tuple(islice(watches, self._page)):
            yield page

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there."""
        for watch in watches:
            self._by_pair.setdefault(watch.pair, {})[watch.user_id] = watch

    def move(self, before: Watch, after: Watch, suggestion: Suggestion | None) -> bool:
        """Replace a watch and insert its suggestion, both or neither; False when either cannot be."""
        with self._lock:
            stored = self._by_pair.get(before.pair, {}).get(before.user_id)
            if stored is None or stored.generation != before.generation:
                return False
            if suggestion is not None and not self._suggestions.insert(suggestion):
                return False
            self._by_pair[after.pair][after.user_id] = after
            return True
