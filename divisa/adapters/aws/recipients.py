"""Recipients in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import RecipientItem
from divisa.domain.recipient import Channel, Language, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.adapters.aws.table import Image, Table


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


def _item(recipient: Recipient) -> RecipientItem:
    return RecipientItem(
        user_id=recipient.user_id,
        language=recipient.language.value,
        consent=sorted(channel.value for channel in recipient.consent),
        phone=recipient.phone,
        email=recipient.email,
    )


def _recipient(image: Image) -> Recipient:
    item = RecipientItem.from_raw_data(image)
    return Recipient(
        user_id=item.user_id,
        language=Language(item.language),
        consent=frozenset(map(Channel, item.consent)),
        phone=item.phone,
        email=item.email,
    )
