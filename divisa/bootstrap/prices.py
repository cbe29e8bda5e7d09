"""The webhook for prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.bootstrap.shared import tables_of
from divisa.settings import served_pairs

if TYPE_CHECKING:
    from divisa.services.take_prices import TakePrices, VerifyProvider
    from divisa.settings import PricesSettings


def verify_provider(settings: PricesSettings) -> VerifyProvider:
    """Who may deliver."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.nonces import DynamoNonces
    from divisa.adapters.aws.secrets import SecretsManagerSecrets
    from divisa.services.take_prices import VerifyProvider

    return VerifyProvider(
        secrets=SecretsManagerSecrets(clients.secretsmanager(), settings.providers_secret_id),
        nonces=DynamoNonces(tables_of(settings).nonces),
        wall=SystemClock(),
    )


def take_prices(settings: PricesSettings) -> TakePrices:
    """What they deliver."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.quote_stream import KinesisQuoteStream
    from divisa.adapters.wire import quote_of
    from divisa.services.take_prices import TakePrices

    stream = KinesisQuoteStream(clients.kinesis(), settings.quotes_stream_name)
    return TakePrices(served_pairs(settings), stream, quote_of)
