"""Erase a person: at once nothing is sent to them, and soon nothing is kept of them but what the law asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.erasure import pseudonym_of
from divisa.services.admit import KEY

if TYPE_CHECKING:
    from divisa.domain.pair import Pair
    from divisa.ports import (
        Clock,
        Deliveries,
        Devices,
        ErasureMarkers,
        ErasureQueue,
        Erasures,
        Ledger,
        PersonalRows,
        PushGateway,
        Recipients,
        Secrets,
        SignIns,
        Suggestions,
        Watches,
    )


@dataclass(frozen=True, slots=True)
class StopPerson:
    """What happens at once: no request of the person is admitted, no message finds them, nobody signs in as them."""

    erasures: Erasures
    recipients: Recipients
    sign_ins: SignIns
    secrets: Secrets
    clock: Clock

    def __call__(self, user_id: str) -> tuple[str, int]:
        """Stop a user; returns their pseudonym, and how many rows were deleted. Done again, it changes nothing.

        Raises:
            StoreUnavailable: something did not answer; stopping them again is safe.
        """
        pseudonym = pseudonym_of(self.secrets.get(KEY), user_id)
        self.erasures.begin(pseudonym, self.clock.now())
        found = self.recipients.erase(user_id)
        self.sign_ins.disable(user_id)
        return pseudonym, found


@dataclass(frozen=True, slots=True)
class RequestErasure:
    """A person asks to be erased."""

    queue: ErasureQueue
    stop: StopPerson

    def __call__(self, user_id: str) -> None:
        """Take the request, and stop the user. Asking again is harmless.

        The queue comes first: whatever breaks after that, the consumer does it all.

        Raises:
            StoreUnavailable: something did not answer; the request may have been taken. Asking again is safe.
        """
        self.queue.put(user_id)
        self.stop(user_id)


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Erases what is kept of a person, step by step; each step can be done again, so a killed worker's heir goes on.

    The order matters. Without a watch no suggestion is made any more, so watches go before suggestions; without its
    suggestion nobody finds a delivery, so deliveries go before those; without its row nobody knows a device's token, so
    the push gateway forgets it before that, and so does whoever knows whose the token is. The sign-in goes last: as
    long as it is there, disabled, nobody can sign up under the same address and be taken for the one who is being
    erased.

    Attributes:
        pairs: those that are served, of which there may be watches.
    """

    stop: StopPerson
    watches: Watches
    ledger: Ledger
    suggestions: Suggestions
    deliveries: Deliveries
    devices: Devices
    push: PushGateway
    rows: PersonalRows
    sign_ins: SignIns
    markers: ErasureMarkers
    erasures: Erasures
    queue: ErasureQueue
    clock: Clock
    pairs: frozenset[Pair]

    def __call__(self, user_id: str) -> bool:
        """Erase a user; whether that is done.

        It is not done when something was found: then it is asked for once more, because what was on its way meanwhile,
        a request or an entry of the ledger that had not been folded, may have left something behind.

        Raises:
            StoreUnavailable: something did not answer; erasing again goes on.
            NotifierUnavailable: the push gateway did not; the same.
        """
        pseudonym, found = self.stop(user_id)
        found += sum(self.watches.forget(pair, user_id) for pair in sorted(self.pairs))
        found += self.ledger.erase(user_id, pseudonym)
        found += self.deliveries.forget([each.suggestion_id for each in self.suggestions.of_user(user_id)])
        for device in self.devices.of_user(user_id):
            self.push.forget(device)
            found += self.devices.remove(user_id, device.device_id)
        found += self.rows.erase(user_id)
        if found:
            self.queue.put(user_id)
            return False
        at = self.clock.now()
        self.markers.put(pseudonym, at)
        self.sign_ins.delete(user_id)
        self.erasures.finish(pseudonym, at)
        return True
