"""Which rules there are and which knobs: what tells one policy's code from another's, whatever the knobs stand at."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from divisa.domain.policy.rules import PolicyRules
from divisa.domain.policy.table import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOB_NAMES: Final = tuple(knob.name for knob in fields(PolicyRules))
"""The knobs of `PolicyRules`, in their order."""


def hash_of_rules(rules: Sequence[str], knobs: Sequence[str]) -> str:
    """16 hexadecimal digits that change when a rule or a knob is added, renamed, moved or taken away."""
    return hashlib.sha256("\n".join([*rules, "", *knobs]).encode()).hexdigest()[:16]


RULES_HASH: Final = hash_of_rules([rule.name for rule in RULES], KNOB_NAMES)
"""Of the rules and knobs of this code."""
