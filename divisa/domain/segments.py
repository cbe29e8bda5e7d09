"""How long a text message is as carriers count and charge it: in units of its alphabet, and in segments.

GSM 03.38 has one septet for each letter of its default alphabet and two for each of its extension table. A text with
any other letter goes as UCS-2, in units of 16 bits, of which a letter beyond the basic plane (an emoji) takes two. A
message of more than one segment loses a part of each to the header that puts them together again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 03.38 default alphabet. It has é and ñ, but not á, í, ó, ú: Spanish SMS texts avoid words that need them."""
GSM_7_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""The extension table: an escape and a septet each."""


class Encoding(StrEnum):
    """The alphabet that a text travels in."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


class Segments(NamedTuple):
    """The length of a text message.

    Attributes:
        encoding: the alphabet.
        units: septets or units of 16 bits.
        segments: how many are charged; 0 for the empty text.
    """

    encoding: Encoding
    units: int
    segments: int


_ALONE: Final = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
"""Units of a message of one segment."""
_JOINED: Final = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}
"""Units of a segment of a longer one."""


def segments(text: str) -> Segments:
    r"""The length of a text.

    >>> segments("5 €")
    Segments(encoding=<Encoding.GSM_7: 'gsm-7'>, units=4, segments=1)
    >>> segments("á" * 71)
    Segments(encoding=<Encoding.UCS_2: 'ucs-2'>, units=71, segments=2)
    """
    if all(letter in GSM_7 or letter in GSM_7_EXTENSION for letter in text):
        encoding, sizes = Encoding.GSM_7, [1 + (letter in GSM_7_EXTENSION) for letter in text]
    else:
        encoding, sizes = Encoding.UCS_2, [1 + (ord(letter) > 0xFFFF) for letter in text]
    units = sum(sizes)
    if units <= _ALONE[encoding]:
        return Segments(encoding, units, int(units > 0))
    count, used = 1, 0
    for size in sizes:  # a letter of two units stays whole, so a segment may end one unit early
        if used + size > _JOINED[encoding]:
            count, used = count + 1, 0
        used += size
    return Segments(encoding, units, count)
