"""Recipients in DynamoDB."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from divisa.adapters.aws.items import RecipientItem
from divisa.adapters.aws.tables import BY_EMAIL, BY_PHONE
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.pair import Pair
from divisa.domain.preferences import USUAL_WEEKLY_CAP, UTC_ZONE, Alert, Direction, QuietHours
from divisa.domain.recipient import Channel, Language, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.adapters.aws.table import Image, Index, Table


class DynamoRecipients:
    """`Recipients` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""
        images = self._table.get_many((user_id,) for user_id in user_ids)
        return {recipient.user_id: recipient for recipient in self._table.read_all(images, _recipient)}

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there."""
        self._table.put_many(map(_item, recipients))

    def load(self, user_id: str) -> Recipient:
        """A user as of now; one of version 0, who agreed to nothing, when nothing is stored."""
        image = self._table.get(user_id)
        return Recipient(user_id) if image is None else self._table.read(image, _recipient)

    def save_preferences(self, recipient: Recipient) -> Recipient:
        """Write the preferences of a user who was loaded at `recipient.version`, and nothing else of them.

        Raises:
            ConcurrentUpdate: the stored version is another one; nothing is written.
        """
        wishes = _wishes(recipient) | {"version": recipient.version + 1}
        actions = [
            getattr(RecipientItem, name).remove() if value is None else getattr(RecipientItem, name).set(value)
            for name, value in wishes.items()
        ]
        unchanged = RecipientItem.version == recipient.version
        if recipient.version == 0:
            unchanged |= RecipientItem.version.does_not_exist()
        image = self._table.update(recipient.user_id, None, actions, unchanged)
        if image is None:
            raise ConcurrentUpdate("the preferences have been changed meanwhile")
        return self._table.read(image, _recipient)

    def of_phone(self, phone: str) -> Sequence[str]:
        """Users who have this number, by the index; it lags behind writes by moments."""
        return self._users(BY_PHONE, phone)

    def of_email(self, address: str) -> Sequence[str]:
        """Users who have this address, by the index; it lags behind writes by moments."""
        return self._users(BY_EMAIL, address)

    def _users(self, index: Index, contact: str) -> Sequence[str]:
        if not contact:
            return []
        pages = self._table.pages(contact, index=index)
        return [RecipientItem.from_raw_data(image).user_id for page in pages for image in page]

    def mark_unusable(self, user_id: str, address: str) -> bool:
        """Note that a user's address bounced for good; False, and nothing is written, when they have another one."""
        bounced = [RecipientItem.unusable_email.set(address)]
        return self._table.update(user_id, None, bounced, RecipientItem.email == address) is not None

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return int(self._table.delete(user_id, None, RecipientItem.user_id.exists()))


def _wishes(recipient: Recipient) -> dict[str, Any]:
    """The preferences by attribute; None for what is not set."""
    quiet, pairs = recipient.quiet_hours, recipient.pairs
    return {
        "language": recipient.language.value,
        "consent": sorted(channel.value for channel in recipient.consent),
        "channel_order": [channel.value for channel in recipient.channel_order],
        "time_zone": recipient.time_zone,
        "quiet_from": quiet.start.isoformat("minutes") if quiet else None,
        "quiet_to": quiet.end.isoformat("minutes") if quiet else None,
        "weekly_cap": recipient.weekly_cap,
        "pairs": None if pairs is None else sorted(map(str, pairs)),
        "alerts": [[str(alert.pair), alert.direction.value, f"{alert.price:f}"] for alert in recipient.alerts],
    }


def _item(recipient: Recipient) -> RecipientItem:
    return RecipientItem(
        user_id=recipient.user_id,
        # An index takes no empty key.
        phone=recipient.phone or None,
        email=recipient.email or None,
        unusable_email=recipient.unusable_email,
        version=recipient.version,
        **_wishes(recipient),
    )


def _recipient(image: Image) -> Recipient:
    item = RecipientItem.from_raw_data(image)
    quiet = None if item.quiet_from is None else QuietHours(*map(time.fromisoformat, (item.quiet_from, item.quiet_to)))
    return Recipient(
        user_id=item.user_id,
        language=Language(item.language),
        consent=frozenset(map(Channel, item.consent)),
        channel_order=tuple(map(Channel, item.channel_order or Channel)),
        phone=item.phone,
        email=item.email,
        unusable_email=item.unusable_email,
        time_zone=item.time_zone or UTC_ZONE,
        quiet_hours=quiet,
        weekly_cap=USUAL_WEEKLY_CAP if item.weekly_cap is None else int(item.weekly_cap),
        pairs=None if item.pairs is None else frozenset(map(Pair.parse, item.pairs)),
        alerts=tuple(
            Alert(Pair.parse(pair), Direction(direction), Decimal(price))
            for pair, direction, price in item.alerts or ()
        ),
        version=int(item.version or 0),
    )
