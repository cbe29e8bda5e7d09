"""Every operation of the API by its id. A test holds this table against the API's document, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from client import values

if TYPE_CHECKING:
    from collections.abc import Mapping

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Operation(Generic[A]):
    """How an operation is called, and what it answers.

    Attributes:
        method: of HTTP.
        path: with the names of its parameters in braces.
        answer: what the JSON of a success is read as; NoneType where it has none, bytes for what is not JSON.
        body: what the request's JSON is; None where it has none, bytes for what is not JSON.
        query: parameters that the query may have.
        headers: that the client sends, besides Authorization and Content-Type.
        signed_in: whether it needs a token.
        answers_too: statuses other than 2xx that come with an answer and no problem.
    """

    method: str
    path: str
    answer: type[A]
    body: type | None = None
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    signed_in: bool = True
    answers_too: tuple[int, ...] = ()


GET_PORTFOLIO: Final = Operation("GET", "/v1/portfolio", values.Portfolio)
CREATE_TRANSACTION: Final = Operation(
    "POST", "/v1/transactions", values.Transaction, body=values.Order, headers=("Idempotency-Key",)
)
LIST_TRANSACTIONS: Final = Operation(
    "GET",
    "/v1/transactions",
    values.TransactionPage,
    query=("pair", "side", "since", "until", "limit", "cursor"),
    headers=("Accept",),
)
GET_QUOTE: Final = Operation("GET", "/v1/quotes/{pair}", values.Quote)
GET_QUOTE_HISTORY: Final = Operation(
    "GET", "/v1/quotes/{pair}/history", values.History, query=("interval", "since", "until", "limit")
)
LIST_SUGGESTIONS: Final = Operation("GET", "/v1/suggestions", values.SuggestionPage, query=("limit", "cursor"))
RESPOND_TO_SUGGESTION: Final = Operation(
    "POST", "/v1/suggestions/{suggestion_id}/response", values.Answered, body=values.Reply
)
OPEN_SUGGESTION: Final = Operation("POST", "/v1/suggestions/{suggestion_id}/opened", values.Opened)
GET_PREFERENCES: Final = Operation("GET", "/v1/preferences", values.Preferences)
PUT_PREFERENCES: Final = Operation(
    "PUT", "/v1/preferences", values.Preferences, body=values.Preferences, headers=("If-Match",)
)
REGISTER_DEVICE: Final = Operation("POST", "/v1/devices", values.Device, body=values.NewDevice)
LIST_DEVICES: Final = Operation("GET", "/v1/devices", values.DeviceList)
DELETE_DEVICE: Final = Operation("DELETE", "/v1/devices/{device_id}", type(None))
EXPORT_ME: Final = Operation("GET", "/v1/me/export", bytes)
DELETE_ME: Final = Operation("DELETE", "/v1/me", values.Erasure)
PUT_FEED: Final = Operation("PUT", "/v1/feeds/{dataset}/{file}", values.StoredFeed, body=bytes)
PRESIGN_FEED: Final = Operation("POST", "/v1/feeds/{dataset}/{file}", values.Upload, body=values.FeedUpload)
POST_PRICES: Final = Operation(
    "POST",
    "/v1/prices",
    values.PriceResults,
    body=values.PriceBatch,
    headers=("X-Divisa-Provider", "X-Divisa-Timestamp", "X-Divisa-Nonce", "X-Divisa-Signature"),
    signed_in=False,
)
ASK_TO_UNSUBSCRIBE: Final = Operation("GET", "/v1/unsubscribe", bytes, query=("token",), signed_in=False)
UNSUBSCRIBE: Final = Operation(
    "POST", "/v1/unsubscribe", values.Unsubscribed, body=bytes, query=("token",), signed_in=False
)
GET_HEALTH: Final = Operation("GET", "/v1/health", values.Health, signed_in=False, answers_too=(503,))
GET_OPENAPI: Final = Operation("GET", "/openapi.json", dict[str, Any], signed_in=False)

OPERATIONS: Final[Mapping[str, Operation[Any]]] = {
    name.lower(): value for name, value in list(globals().items()) if isinstance(value, Operation)
}
"""Operation by its id in the API's document."""
