"""Policy: may this person be told now, and of which amount. Pure rules on what is known at the moment of decision."""

from divisa.domain.policy.amount import suggested_amount
from divisa.domain.policy.facts import Facts
from divisa.domain.policy.model_age import learned_until
from divisa.domain.policy.rules import PolicyRules
from divisa.domain.policy.table import RULES, Rule, expected_gain, judge
from divisa.domain.policy.verdict import RuleOutcome, Verdict
from divisa.domain.policy.version import KNOB_NAMES, RULES_HASH

__all__ = [
    "KNOB_NAMES",
    "RULES",
    "RULES_HASH",
    "Facts",
    "PolicyRules",
    "Rule",
    "RuleOutcome",
    "Verdict",
    "expected_gain",
    "judge",
    "learned_until",
    "suggested_amount",
]
