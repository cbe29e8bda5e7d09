"""What became of suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.bootstrap.shared import clock_of, tables_of

if TYPE_CHECKING:
    from divisa.services.settle_outcomes import SettleOutcomes
    from divisa.settings import OutcomesSettings


def settle_outcomes(settings: OutcomesSettings) -> SettleOutcomes:
    """The scheduled settling of outcomes."""
    from divisa.adapters.aws.bars import DynamoBars
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.ledger import DynamoLedger
    from divisa.adapters.aws.outcomes import DynamoOutcomes
    from divisa.adapters.aws.suggestions import DynamoSuggestions
    from divisa.services.settle_outcomes import SettleOutcomes

    tables = tables_of(settings)
    return SettleOutcomes(
        suggestions=DynamoSuggestions(tables.suggestions),
        deliveries=DynamoDeliveries(tables.deliveries),
        ledger=DynamoLedger(tables.transactions, tables.portfolios),
        bars=DynamoBars(tables.bars),
        outcomes=DynamoOutcomes(tables.outcomes),
        clock=clock_of(settings),
    )
