"""The knobs of the policy as one JSON document.

Its fields are those of `PolicyRules`. Durations are ISO 8601 (`P3D`, `PT30M`), so that none is without its unit;
amounts are decimal strings; shares, probabilities and log prices are numbers. What is left out has its default.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import msgspec

from divisa.domain.errors import InvalidSetting
from divisa.domain.policy import PolicyRules

_KNOBS: Final = frozenset(field.name for field in fields(PolicyRules))
_DECODER: Final = msgspec.json.Decoder(PolicyRules)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def policy_rules_to_json(rules: PolicyRules) -> str:
    """Rules as a document with all fields; `policy_rules_from_json` gives them back."""
    return msgspec.json.encode(rules).decode()


def policy_rules_from_json(text: str | bytes) -> PolicyRules:
    """The rules that a document says.

    Raises:
        InvalidSetting: it is no JSON object, has a field that is no knob, or a value of another type, unit or range
            than the knob has; names the knob.
    """
    try:
        given = _OBJECT.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidSetting("policy", "is no JSON object") from error
    for name in sorted(given.keys() - _KNOBS):
        raise InvalidSetting(name, f"is no knob of the policy; they are {', '.join(sorted(_KNOBS))}")
    try:
        return _DECODER.decode(text)
    except msgspec.ValidationError as error:
        problem, _, name = str(error).removesuffix("`").rpartition(" - at `$.")
        raise InvalidSetting(name, f"{problem}: durations are ISO 8601 such as PT30M, amounts strings") from error
