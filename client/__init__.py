"""A typed client of Divisa's API, for tests, notebooks and the command line.

It knows the API by its document alone (`docs/openapi.json`) and needs httpx and msgspec only.
"""

from client.api import Client, Receipt, VersionedPreferences
from client.errors import ApiProblem, ApiUnreachable, ClientError, UnexpectedAnswer
from client.provider import PriceProvider

__all__ = [
    "ApiProblem",
    "ApiUnreachable",
    "Client",
    "ClientError",
    "PriceProvider",
    "Receipt",
    "UnexpectedAnswer",
    "VersionedPreferences",
]
