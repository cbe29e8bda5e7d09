"""Logged decisions made again, and compared with their lines byte by byte."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from divisa.adapters.aws.decisions import lines_of
from divisa.adapters.wire.decision import decision_to_json
from divisa.adapters.wire.logged import logged_from_line
from divisa.domain.errors import InvalidInput
from divisa.services.replay_decisions import ReplayDecisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from divisa.ports import Foreign, Logged, Scorer

AT_ONCE: Final = 1000
"""Decisions that the model is asked about together."""


class Difference(NamedTuple):
    """A field of a line that comes out otherwise: its path, what was logged, and what is made now."""

    field: str
    logged: Any
    made: Any


class MadeAgain(NamedTuple):
    """One decision, and where it comes out otherwise; nowhere when its line is made again to the last byte."""

    logged: Logged
    differences: tuple[Difference, ...]


def decide_again(decisions: Iterable[Logged], scorer_for: Callable[[str], Scorer]) -> Iterator[MadeAgain]:
    """Make decisions again, those of one model together, in their order.

    Args:
        decisions: from the log.
        scorer_for: the model of a version.

    Raises:
        ScorerUnavailable: a model did not answer.
        InvalidModel: a model's answer does not fit, or it is of another version.
    """
    scorers: dict[str, Scorer] = {}
    for version, of_model in groupby(decisions, key=lambda each: each.record.model_version):
        if version not in scorers:
            scorers[version] = scorer_for(version)
        replay = ReplayDecisions(scorers[version])
        for chunk in _chunks(of_model):
            for logged, made in zip(chunk, replay([each.record for each in chunk]), strict=True):
                yield MadeAgain(logged, tuple(_differences(logged.line, decision_to_json(made))))


def read_file(path: Path) -> Iterator[Logged | Foreign]:
    """The decisions in a file of the lake, gzipped or not.

    Raises:
        InvalidInput: there is no such file, or a line of it is no decision; names the line.
    """
    try:
        lines = lines_of(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from error
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        yield logged_from_line(line, f"{path}:{number}")


def _chunks(decisions: Iterable[Logged]) -> Iterator[list[Logged]]:
    chunk: list[Logged] = []
    for each in decisions:
        chunk.append(each)
        if len(chunk) == AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _differences(logged: bytes, made: bytes) -> Iterator[Difference]:
    if logged == made:
        return
    before, after = dict(_fields(msgspec.json.decode(logged))), dict(_fields(msgspec.json.decode(made)))
    found = False
    for field in dict.fromkeys([*before, *after]):
        if repr(before.get(field)) != repr(after.get(field)):
            found = True
            yield Difference(field, before.get(field), after.get(field))
    if not found:
        yield Difference("the spelling", len(logged), len(made))


def _fields(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a document with its path, as `quote.bid` and `question.3`."""
    parts = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in parts:
        if isinstance(value, (dict, list)) and value:
            yield from _fields(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
