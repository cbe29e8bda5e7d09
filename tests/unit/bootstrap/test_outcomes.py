from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from divisa import bootstrap
from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.aws.clock import SystemClock
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.domain.outcome import OutcomeRules
from divisa.settings import OutcomesSettings
from tests.unit.test_settings import COMMON, OF_KIND

if TYPE_CHECKING:
    import pytest


def test_outcomes_are_settled_from_the_stages_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settle = bootstrap.settle_outcomes(OutcomesSettings.from_environment(COMMON | OF_KIND[OutcomesSettings]))
    wired = {field.name: type(getattr(settle, field.name)) for field in fields(settle)}
    assert wired == {
        "suggestions": DynamoSuggestions,
        "deliveries": DynamoDeliveries,
        "ledger": DynamoLedger,
        "bars": DynamoBars,
        "outcomes": DynamoOutcomes,
        "clock": SystemClock,
        "rules": OutcomeRules,
    }
