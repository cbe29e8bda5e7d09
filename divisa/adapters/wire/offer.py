"""An offer as a quote id: what was shown, readable by anybody, signed together with the user whom it was shown to.

`<offer>.<signature>`: the offer as base64url of a JSON list, the signature as base64url of HMAC-SHA256 over the user's
id and that text. The user is not in it: who asks for a trade says who they are, by their token.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from divisa.domain.errors import Refused, UnknownPair
from divisa.domain.keys import derived_key
from divisa.domain.offer import Offer
from divisa.domain.pair import Pair

PURPOSE: Final = "quote-id"
MAX_LENGTH: Final = 512
"""Characters of a quote id; ours have some 200."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Document(msgspec.Struct, frozen=True, array_like=True):
    pair: str
    bid: Decimal
    ask: Decimal
    quote_time: Moment
    quote_sequence: int
    issued_at: Moment


_DECODER = msgspec.json.Decoder(_Document)


class SignedOfferIds:
    """`OfferIds` that keep nothing: what there is to know of an offer is in its id."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        """`secret` gives the stage's secret; it is asked each time, since it may be changed."""
        self._secret = secret

    def issue(self, offer: Offer) -> str:
        """The id of an offer."""
        document = _Document(
            str(offer.pair), offer.bid, offer.ask, offer.quote_time, offer.quote_sequence, offer.issued_at
        )
        text = base64.urlsafe_b64encode(msgspec.json.encode(document)).rstrip(b"=").decode()
        return f"{text}.{self._signature(text, offer.user_id)}"

    def read(self, quote_id: str, user_id: str) -> Offer:
        """The offer of an id that was issued to this user.

        Raises:
            Refused: `quote_unknown`, it was not, or is no id at all.
        """
        text, _, signature = quote_id.partition(".")
        known = self._signature(text, user_id).encode()
        if len(quote_id) > MAX_LENGTH or not hmac.compare_digest(known, signature.encode(errors="replace")):
            raise _unknown()
        try:
            document = _DECODER.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            pair = Pair.parse(document.pair)
        except (binascii.Error, ValueError, msgspec.MsgspecError, UnknownPair) as error:
            raise _unknown() from error
        return Offer(
            user_id=user_id,
            pair=pair,
            bid=document.bid,
            ask=document.ask,
            quote_time=document.quote_time,
            quote_sequence=document.quote_sequence,
            issued_at=document.issued_at,
        )

    def _signature(self, text: str, user_id: str) -> str:
        key = derived_key(self._secret(), PURPOSE)
        digest = hmac.digest(key, f"{user_id}|{text}".encode(errors="replace"), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _unknown() -> Refused:
    return Refused("quote_unknown", "this quote_id was not given to you; ask for a new quote")
