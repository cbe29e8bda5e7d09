"""The stores of a laptop cloud, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.pair import Pair
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import Move
from local.stores import Stores
from tests.builders import USD_MXN, a_watch

if TYPE_CHECKING:
    from divisa.domain.suggestion import Delivery, Suggestion

USD_BRL = Pair("USD", "BRL")


def memory_stores(*pairs: Pair) -> Stores:
    """Empty stores of a cloud that serves these pairs, or USD/MXN and USD/BRL."""
    suggestions, portfolios = MemorySuggestions(), MemoryPortfolios()
    return Stores(
        pairs=frozenset(pairs or (USD_MXN, USD_BRL)),
        watch_age=timedelta(hours=6),
        stream=MemoryQuoteStream(),
        markets=MemoryMarkets(),
        portfolios=portfolios,
        summaries=MemorySummaries(),
        recipients=MemoryRecipients(),
        watches=MemoryWatches(suggestions, shards=4),
        suggestions=suggestions,
        deliveries=MemoryDeliveries(),
        quarantine=MemoryQuarantine(),
        bars=MemoryBars(),
        ledger=MemoryLedger(portfolios),
    )


def record(stores: Stores, suggestion: Suggestion) -> None:
    """Write a suggestion as the consumer does: with a watch that moves."""
    before = a_watch(suggestion.user_id)
    stores.watches.put_many([before])
    move = Move(before, a_watch(suggestion.user_id, generation=1), suggestion)
    assert stores.watches.move_all([move]) == [True]


def settle(stores: Stores, delivery: Delivery) -> None:
    """Claim a delivery and end it."""
    stores.deliveries.claim(replace(delivery, status=DeliveryStatus.CLAIMED))
    stores.deliveries.settle(delivery)
