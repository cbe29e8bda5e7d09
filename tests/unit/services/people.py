"""People of whom everything is kept that Divisa keeps, in memory, and the use cases about them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.erasure_markers import MemoryErasureMarkers
from divisa.adapters.memory.erasure_queue import MemoryErasureQueue
from divisa.adapters.memory.erasures import MemoryErasures
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.outcomes import MemoryOutcomes
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.personal_rows import MemoryPersonalRows
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.sign_ins import MemorySignIns
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.adapters.wire.unsubscribe import SignedUnsubscribeTokens
from divisa.domain.device import Platform
from divisa.domain.erasure import pseudonym_of
from divisa.domain.ledger import enter, transaction_id_of
from divisa.domain.outcome import Horizon, LaterPrice
from divisa.domain.pair import Pair
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import Announcement, Move, SignIn
from divisa.services.admit import KEY, Admit
from divisa.services.answer_suggestion import AnswerSuggestion
from divisa.services.erase_person import ErasePerson, RequestErasure, StopPerson
from divisa.services.export_person import ExportPerson
from divisa.services.keep_devices import KeepDevices
from divisa.services.keep_preferences import KeepPreferences
from divisa.services.list_suggestions import ListSuggestions
from divisa.services.open_suggestion import OpenSuggestion
from divisa.services.unsubscribe import Unsubscribe, WithdrawConsent, signing_keys
from tests.builders import (
    USD_MXN,
    WEDNESDAY,
    a_market_view,
    a_portfolio,
    a_quote,
    a_recipient,
    a_suggestion,
    a_summary,
    a_transaction,
    a_watch,
    an_outcome,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

USD_BRL = Pair("USD", "BRL")
SECRET = b"a key of which nobody else knows"


def token_of(user_id: str) -> str:
    """The token of somebody's phone."""
    return f"fcm:{user_id}:{'x' * 150}"


class PeopleWorld:
    """Every store that knows people."""

    def __init__(self) -> None:
        self.clock = ManualClock(WEDNESDAY)
        self.pairs = frozenset([USD_MXN, USD_BRL])
        self.secrets = MemorySecrets({KEY: SECRET})
        self.sign_ins, self.recipients, self.devices = MemorySignIns(), MemoryRecipients(), MemoryDevices()
        self.portfolios, self.summaries = MemoryPortfolios(), MemorySummaries()
        self.ledger = MemoryLedger(self.portfolios)
        self.suggestions, self.deliveries = MemorySuggestions(), MemoryDeliveries()
        self.outcomes, self.push = MemoryOutcomes(), MemoryPushGateway()
        self.watches = MemoryWatches(self.suggestions, shards=2)
        self.erasures, self.queue, self.markers = MemoryErasures(), MemoryErasureQueue(), MemoryErasureMarkers()
        self.pacing = MemoryPacing()
        rows = (self.portfolios, self.summaries, self.recipients, self.suggestions, self.devices, self.outcomes)
        stores = (*rows, self.pacing)
        self.rows = MemoryPersonalRows(stores)

        self.keep_preferences = KeepPreferences(self.recipients, self.pairs)
        self.keep_devices = KeepDevices(self.devices, self.clock)
        self.list_suggestions = ListSuggestions(self.suggestions, self.recipients, self.clock)
        self.answer_suggestion = AnswerSuggestion(self.suggestions, self.clock)
        self.open_suggestion = OpenSuggestion(self.suggestions, self.clock)
        self.tokens = SignedUnsubscribeTokens(lambda: signing_keys(self.secrets))
        self.unsubscribe = Unsubscribe(self.tokens, self.recipients, WithdrawConsent(self.recipients))
        self.admit = Admit(self.erasures, self.secrets)
        stop = StopPerson(self.erasures, self.recipients, self.sign_ins, self.secrets, self.clock)
        self.request_erasure = RequestErasure(self.queue, stop)
        self.erase_person = ErasePerson(
            stop=stop,
            watches=self.watches,
            ledger=self.ledger,
            suggestions=self.suggestions,
            deliveries=self.deliveries,
            devices=self.devices,
            push=self.push,
            rows=self.rows,
            sign_ins=self.sign_ins,
            markers=self.markers,
            erasures=self.erasures,
            queue=self.queue,
            clock=self.clock,
            pairs=self.pairs,
        )
        self.export_person = ExportPerson(
            sign_ins=self.sign_ins,
            recipients=self.recipients,
            devices=self.devices,
            ledger=self.ledger,
            summaries=self.summaries,
            watches=self.watches,
            suggestions=self.suggestions,
            deliveries=self.deliveries,
            outcomes=self.outcomes,
            clock=self.clock,
            pairs=self.pairs,
        )

    def settle(self, user_id: str, *, suggestions: int = 3, trades: int = 4) -> list[Announcement]:
        """Let somebody live here; returns what waits in the queue of text messages for them."""
        phone, email = contacts_of(user_id)
        self.sign_ins.put(user_id, SignIn(True, WEDNESDAY, {"email": email, "sub": user_id}))
        self.recipients.put_many([a_recipient(user_id, phone=phone, email=email)])
        device, _ = self.keep_devices.register(user_id, Platform.ANDROID, token_of(user_id))
        self.push.endpoints.add(device.token)
        self.summaries.put_many(USD_MXN, {user_id: a_summary()})
        self.portfolios.put_many([a_portfolio(user_id=user_id)])
        for number in range(trades):
            self.trade(user_id, number)
        return [self.suggest(user_id, number) for number in range(suggestions)]

    def trade(self, user_id: str, number: int) -> None:
        """Buy ten dollars."""
        at = WEDNESDAY + timedelta(minutes=number)
        before = self.ledger.portfolio(user_id, USD_MXN) or a_portfolio(user_id=user_id)
        entry, after = enter(
            before,
            a_transaction(quantity="10", price="17.05", at=at, user_id=user_id),
            transaction_id=transaction_id_of(user_id, f"key-{number}"),
            quote=a_quote(at=at),
            market=a_market_view(),
            fingerprint="f" * 64,
        )
        assert self.ledger.record(entry, after)

    def suggest(self, user_id: str, number: int) -> Announcement:
        """Suggest something, send it by email, and know what followed."""
        suggestion = a_suggestion(
            user_id=user_id,
            suggestion_id=suggestion_id_of(user_id, USD_MXN, Side.SELL, number),
            created_at=WEDNESDAY + timedelta(minutes=number),
            expires_at=WEDNESDAY + timedelta(minutes=number + 30),
        )
        before = self.watches.get_many(USD_MXN, [user_id]).get(user_id)
        if before is None:
            before = a_watch(user_id)
            self.watches.put_many([before])
        assert list(self.watches.move_all([Move(before, replace(before, generation=number + 1), suggestion)])) == [True]
        sent = Delivery(suggestion.suggestion_id, Channel.EMAIL, DeliveryStatus.SENT, WEDNESDAY, f"m-{number}")
        self.deliveries.claim(replace(sent, status=DeliveryStatus.CLAIMED))
        self.deliveries.settle(sent)
        prices = dict.fromkeys(
            Horizon, LaterPrice(Decimal("17.3"), Decimal("17.29"), Decimal("17.31"), Decimal("4.12"))
        )
        followed = an_outcome(user_id=user_id, suggestion_id=suggestion.suggestion_id, prices=prices)
        self.outcomes.put_many([followed])
        return Announcement(suggestion, Channel.SMS)

    def pseudonym(self, user_id: str) -> str:
        return pseudonym_of(SECRET, user_id)

    def work_off(self) -> None:
        """Erase whom the queue names until nobody is left in it."""
        while self.queue.requests:
            self.erase_person(self.queue.requests.pop(0))

    def everything(self) -> str:
        """All that every store holds, as one text."""
        stores = (
            self.sign_ins,
            self.recipients,
            self.devices,
            self.portfolios,
            self.summaries,
            self.ledger,
            self.suggestions,
            self.deliveries,
            self.outcomes,
            self.push,
            self.watches,
            self.erasures,
            self.queue,
            self.markers,
        )
        return "\n".join(text for store in stores for text in texts(vars(store), set()))

    def traces_of(self, user_id: str) -> list[str]:
        """What of a person is still to be found anywhere."""
        found = self.everything()
        return [secret for secret in (user_id, *contacts_of(user_id), token_of(user_id)) if secret in found]


def contacts_of(user_id: str) -> tuple[str, str]:
    """A phone number and an address, of this person alone."""
    number = sum(user_id.encode()) % 10_000
    return f"+5255{number:08d}", f"mail-of-{user_id}@example.com"


def texts(value: Any, seen: set[int]) -> Iterator[str]:
    """Every text and number within a value, however deep, whatever its `repr` hides."""
    if isinstance(value, str | int | float | bytes | None):
        yield str(value)
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, dict):
        for each in value.items():
            yield from texts(each, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from texts(each, seen)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), seen)
    elif hasattr(value, "__dict__"):
        yield from texts(vars(value), seen)
