"""Who is to be erased, and whether something names one of them.

The lake is told pseudonyms, never ids: a marker `erasures/{pseudonym}.json` for each person, as the API leaves one for
a user. Whoever has the stage's key makes the pseudonym of each id that stands in the lake, and finds the marked ones.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from divisa.domain.erasure import pseudonym_of
from divisa.domain.keys import derived_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lake.contract.contract import Contract
    from lake.erasing.markers import Marker

USER: Final = "user"
"""The subject that platform users are, as contracts call it."""
_FIELDS: Final = re.compile(r'[,;|\t"\r\n{}\[\]:]+')
_WORDS: Final = re.compile(r"[A-Za-z0-9_-]+")
_PIECES: Final = re.compile(r"([_-])")
_MOST_PIECES: Final = 12
"""Of a word with more hyphens than this only all of it is looked at."""


class People:
    """Some persons whom only their pseudonyms are known of."""

    def __init__(self, secret: bytes, markers: Iterable[Marker]) -> None:
        """Look for the marked persons, with the stage's key that made their pseudonyms."""
        self._notes = derived_key(secret, "erased-rows")
        self._marked = {(marker.subject, marker.pseudonym) for marker in markers}
        self.subjects = frozenset(subject for subject, _ in self._marked)

        @lru_cache(1 << 16)
        def found(subject: str, value: str) -> str | None:
            made = pseudonym(secret, subject, value)
            return made if (subject, made) in self._marked else None

        self._found = found

    def __bool__(self) -> bool:
        """Whether there is anybody at all."""
        return bool(self._marked)

    def find(self, subject: str, value: object) -> str | None:
        """The pseudonym of an id, if it is one of theirs."""
        return self._found(subject, str(value)) if subject in self.subjects and value is not None else None

    def in_text(self, text: str, subjects: Collection[str], *, numbers: bool = False) -> dict[str, str]:
        """The ids in a text that are theirs, each with its pseudonym.

        Args:
            text: of any kind; an id stands in it as a field, or between characters that ids do not have.
            subjects: whose ids to look for.
            numbers: whether a bare number may be an id, as in a row of employees.
        """
        asked = self.subjects.intersection(subjects)
        if not asked:
            return {}
        words = {each for each in _words(text) if numbers or not each.isdecimal()}
        return {word: who for word in words for subject in asked if (who := self.find(subject, word)) is not None}

    def renamed(self, text: str) -> str:
        """A text with pseudonyms in place of their ids, as far as `in_text` finds them; bare numbers stay."""
        for word, who in self.in_text(text, self.subjects).items():
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", who, text)
        return text

    def note(self, pseudonym: str, load: str) -> str:
        """What a load's account calls one of them: always the same, and another thing for each load."""
        return hmac.digest(self._notes, f"{load}/{pseudonym}".encode(), "sha256").hex()[:26]

    def notes(self, load: str) -> frozenset[str]:
        """What a load's account calls them."""
        return frozenset(self.note(pseudonym, load) for _, pseudonym in self._marked)


def pseudonym(secret: bytes, subject: str, value: str) -> str:
    """What stands in for a person: for a user what the API calls them, too.

    >>> pseudonym(b"secret", "user", "ana")
    'erased-53148ceacc5b2acf57f8d2f841'
    """
    return pseudonym_of(secret, value if subject == USER else f"{subject}:{value}")


def subjects_of(contract: Contract) -> dict[str, str]:
    """The columns of a dataset that have persons' ids, and whose."""
    return {name: column.subject for name, column in contract.columns.items() if column.subject is not None}


def _words(text: str) -> Iterator[str]:
    for each in _FIELDS.split(text):
        yield each.strip()
    for word in _WORDS.findall(text):
        yield word
        pieces = _PIECES.split(word)
        if 1 < len(pieces) < 2 * _MOST_PIECES:
            yield from (
                "".join(pieces[begin:end])
                for begin in range(0, len(pieces), 2)
                for end in range(begin + 1, len(pieces) + 1, 2)
            )
