"""The API as an app sees it: one method an operation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from client import operations, values
from client.transport import Connected, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    import httpx


class Receipt(NamedTuple):
    """What became of an order.

    Attributes:
        transaction: the entry of the ledger.
        replayed: whether it was there before: the same order with the same key.
    """

    transaction: values.Transaction
    replayed: bool


class VersionedPreferences(NamedTuple):
    """Preferences and the version that they are: what is put must name the version that it replaces."""

    preferences: values.Preferences
    etag: str


class Client(Connected):
    """One caller of the API. May be used from several threads; close it, or use it as a context.

    Every method raises `ApiProblem` when the API turns the request down, `UnexpectedAnswer` when it answers what its
    document does not say, and `ApiUnreachable` when it does not answer.

    Args:
        base_url: where the API answers.
        token: the caller's access token, or what gives it anew for every request; None for who has none.
        http: how requests travel; a test brings its own.
    """

    def __init__(
        self,
        base_url: str,
        token: str | Callable[[], str] | None = None,
        *,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        fixed = token
        super().__init__(Transport(base_url, (lambda: fixed) if isinstance(fixed, str) else fixed, http))

    # What the caller holds and trades

    def get_portfolio(self) -> values.Portfolio:
        """What the caller holds of every served pair, and what it is worth."""
        return self._call(operations.GET_PORTFOLIO)

    def create_transaction(
        self,
        key: str,
        *,
        quote_id: str,
        side: values.Side,
        quantity: Decimal,
        max_slippage: Decimal = Decimal(0),
    ) -> Receipt:
        """Buy or sell at a quote.

        Args:
            key: names this order; sent again with the same key it is not carried out a second time.
            quote_id: of a quote that the caller got.
            side: what to do with the base currency.
            quantity: base currency.
            max_slippage: how much worse the price may have become, as a share of it, at most 0.05.
        """
        transaction, headers = self._transport.call(
            operations.CREATE_TRANSACTION,
            body=values.Order(quote_id=quote_id, side=side, quantity=quantity, max_slippage=max_slippage),
            headers={"Idempotency-Key": key},
        )
        return Receipt(transaction, headers.get("idempotency-replayed") == "true")

    def list_transactions(
        self,
        *,
        pair: str | None = None,
        side: values.Side | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> values.TransactionPage:
        """A page of the caller's ledger, newest first. Times as the parameters are inclusive and exclusive."""
        query = {"pair": pair, "side": side, "since": since, "until": until, "limit": limit, "cursor": cursor}
        return self._call(operations.LIST_TRANSACTIONS, query=query, headers={"Accept": "application/json"})

    def every_transaction(self, *, limit: int | None = None, **filters: Any) -> Iterator[values.Transaction]:
        """The caller's whole ledger, newest first, page by page.

        Args:
            limit: entries a page.
            filters: as of `list_transactions`.
        """
        cursor: str | None = None
        while True:
            page = self.list_transactions(limit=limit, cursor=cursor, **filters)
            yield from page.items
            if (cursor := page.next_cursor) is None:
                return

    def export_transactions(self, **filters: Any) -> str:
        """The caller's ledger as CSV; `filters` as of `list_transactions`."""
        response = self._transport.send(operations.LIST_TRANSACTIONS, query=filters, headers={"Accept": "text/csv"})
        return response.text

    def get_quote(self, pair: str) -> values.Quote:
        """The last good quote of a pair such as `USD/MXN`, for the caller to trade at."""
        return self._call(operations.GET_QUOTE, path={"pair": _in_path(pair)})

    def get_quote_history(
        self,
        pair: str,
        interval: values.Interval,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> values.History:
        """Bars for a chart of a pair."""
        query = {"interval": interval, "since": since, "until": until, "limit": limit}
        return self._call(operations.GET_QUOTE_HISTORY, path={"pair": _in_path(pair)}, query=query)

    # What the caller is told

    def list_suggestions(self, *, limit: int | None = None, cursor: str | None = None) -> values.SuggestionPage:
        """A page of what was suggested to the caller, newest first."""
        return self._call(operations.LIST_SUGGESTIONS, query={"limit": limit, "cursor": cursor})

    def respond_to_suggestion(self, suggestion_id: str, response: values.Reaction) -> values.Answered:
        """Say what the caller makes of a suggestion."""
        return self._call(
            operations.RESPOND_TO_SUGGESTION,
            path={"suggestion_id": suggestion_id},
            body=values.Reply(response=response),
        )

    def open_suggestion(self, suggestion_id: str) -> values.Opened:
        """Say that the caller has opened a suggestion; the first time is kept."""
        return self._call(operations.OPEN_SUGGESTION, path={"suggestion_id": suggestion_id})

    def get_preferences(self) -> VersionedPreferences:
        """How the caller wants to be told."""
        preferences, headers = self._transport.call(operations.GET_PREFERENCES)
        return VersionedPreferences(preferences, headers.get("etag", ""))

    def put_preferences(self, preferences: values.Preferences, etag: str) -> VersionedPreferences:
        """Replace the caller's preferences of that version; 412 when they have another one by now."""
        stored, headers = self._transport.call(operations.PUT_PREFERENCES, body=preferences, headers={"If-Match": etag})
        return VersionedPreferences(stored, headers.get("etag", ""))

    def register_device(self, platform: values.Platform, token: str) -> values.Device:
        """Have push messages sent to a phone."""
        return self._call(operations.REGISTER_DEVICE, body=values.NewDevice(platform=platform, token=token))

    def list_devices(self) -> values.DeviceList:
        """The caller's phones."""
        return self._call(operations.LIST_DEVICES)

    def delete_device(self, device_id: str) -> None:
        """Have no more push messages sent to a phone."""
        self._call(operations.DELETE_DEVICE, path={"device_id": device_id})

    # The caller's data

    def export_me(self) -> bytes:
        """Everything that is kept of the caller, as a JSON file."""
        return self._call(operations.EXPORT_ME)

    def delete_me(self) -> values.Erasure:
        """Erase the caller: no more messages and no more sign-in at once, the data soon after."""
        return self._call(operations.DELETE_ME)

    # Files for the lake, by who has the scope

    def put_feed(self, dataset: str, file: str, content: bytes) -> values.StoredFeed:
        """Hand in a CSV file of up to 5 MB."""
        return self._call(
            operations.PUT_FEED,
            path={"dataset": dataset, "file": file},
            body=content,
            headers={"Content-Type": "text/csv"},
        )

    def presign_feed(self, dataset: str, file: str, *, sha256: str, size: int) -> values.Upload:
        """Where to upload a larger one.

        Args:
            dataset: what kind of rows it has.
            file: its name.
            sha256: of its content, hexadecimal.
            size: bytes of its content.
        """
        return self._call(
            operations.PRESIGN_FEED,
            path={"dataset": dataset, "file": file},
            body=values.FeedUpload(sha256=sha256, bytes=size),
        )

    # For anybody

    def ask_to_unsubscribe(self, token: str) -> bytes:
        """The page that asks whether to end emails, by the token of the link of one of them; changes nothing."""
        return self._call(operations.ASK_TO_UNSUBSCRIBE, query={"token": token})

    def unsubscribe(self, token: str) -> values.Unsubscribed:
        """End emails with one click, as a mail program does (RFC 8058)."""
        return self._call(
            operations.UNSUBSCRIBE,
            query={"token": token},
            body=b"List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    def get_health(self) -> values.Health:
        """How the service fares, degraded or not."""
        return self._call(operations.GET_HEALTH)

    def get_openapi(self) -> dict[str, Any]:
        """The API's document."""
        return self._call(operations.GET_OPENAPI)

    def _call(self, operation: operations.Operation[operations.A], **request: Any) -> operations.A:
        return self._transport.call(operation, **request)[0]


def _in_path(pair: str) -> str:
    return pair.replace("/", "-")
