"""A line of the decision log as whoever reads the log gets it."""

from __future__ import annotations

from divisa.adapters.wire.decision import decision_from_json
from divisa.domain.errors import InvalidInput, OtherVersion
from divisa.ports import Foreign, Logged


def logged_from_line(line: bytes, where: str) -> Logged | Foreign:
    """The decision in a line, or that it is of another version of the code.

    Raises:
        InvalidInput: it is no decision; says where it stands.
    """
    try:
        return Logged(decision_from_json(line), line)
    except OtherVersion as error:
        return Foreign(f"{where}: {error}")
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from error
