"""A device that a person's notifications may go to. Its token is a secret: who has it can write to the device."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

MAX_DEVICES: Final = 10
"""Devices that one person may have."""


class Platform(StrEnum):
    """Whose notification service reaches the device."""

    IOS = "ios"
    ANDROID = "android"


_TOKENS: Final = {
    Platform.IOS: re.compile(r"(?:[0-9a-fA-F]{2}){32,100}"),
    Platform.ANDROID: re.compile(r"[A-Za-z0-9_:-]{32,4096}"),
}
"""Apple's device tokens are bytes in hexadecimal, by now 32 of them; Firebase's are text of no stated length."""


@dataclass(frozen=True, slots=True)
class Device:
    """One registered device.

    Attributes:
        user_id: whose it is.
        device_id: deterministic, from `device_id_of`.
        platform: whose service reaches it.
        token: what that service knows it by; in no log, and in no answer.
        registered_at: when it was registered first, UTC.
    """

    user_id: str
    device_id: str
    platform: Platform
    token: str = field(repr=False)
    registered_at: datetime


def device_id_of(user_id: str, platform: Platform, token: str) -> str:
    """The id of a user's device: 26 hexadecimal digits, from which nobody finds the token."""
    return hashlib.sha256(f"{user_id}|{platform}|{token}".encode()).hexdigest()[:26]


def token_id_of(platform: Platform, token: str) -> str:
    """The id of a token, whoever has it: 64 hexadecimal digits, from which nobody finds the token."""
    return hashlib.sha256(f"{platform}|{token}".encode()).hexdigest()


def valid_token(platform: Platform, token: str) -> str:
    """The token in its one spelling, when the platform's service could have given it out: Apple's in small letters.

    Raises:
        InvalidInput: it could not. The message does not repeat the token.
    """
    if not _TOKENS[platform].fullmatch(token):
        raise InvalidInput(f"the token is not of the form of {platform.value}")
    return token.lower() if platform is Platform.IOS else token
