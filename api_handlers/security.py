"""Who may call an operation: the schemes of the OpenAPI document, and what each operation asks for."""

from __future__ import annotations

from typing import Final

USER_SCHEME: Final = "user"
USER_SCOPE: Final = "aws.cognito.signin.user.admin"
"""What Cognito writes into the access token of a person who has signed in, and into no program's."""
FEEDS_SCHEME: Final = "feeds"
FEEDS_SCOPE: Final = "divisa/feeds.write"

PROVIDER_HEADERS: Final = {
    "provider": ("X-Divisa-Provider", "The provider's id, as it was agreed."),
    "timestamp": ("X-Divisa-Timestamp", "When it was signed, seconds since 1970 UTC; at most 300 from now."),
    "nonce": ("X-Divisa-Nonce", "Anything that this provider has not sent in the last ten minutes."),
    "signature": ("X-Divisa-Signature", "HMAC-SHA256 of `timestamp.nonce.body` with the provider's key, hexadecimal."),
}
"""The headers with which a provider of prices signs, by scheme."""

USER: Final[list[dict[str, list[str]]]] = [{USER_SCHEME: []}]
"""Security of what a signed-in user does."""
FEEDS: Final[list[dict[str, list[str]]]] = [{FEEDS_SCHEME: [FEEDS_SCOPE]}]
"""Security of what a program does that delivers files."""
PROVIDER: Final[list[dict[str, list[str]]]] = [{scheme: [] for scheme in PROVIDER_HEADERS}]
"""Security of what a provider of prices does."""
