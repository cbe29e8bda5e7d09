"""Where files are fetched from: a list, kept as one JSON document in a secret, since an address may carry a key."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from divisa.domain.errors import InvalidFile, InvalidSetting
from divisa.domain.feed import DATASET
from lake.ingestion.forms import Form, form_of

_LOOPBACK: Final = ("127.0.0.1", "localhost")
SETTING: Final = "sources"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that somebody else keeps up to date.

    Attributes:
        name: what it is called here, and in alarms; no two have the same.
        dataset: the contract that it is of.
        url: where it lies, over HTTPS; what is on this machine itself may be without.
        sha256: whether the SHA-256 of its content lies beside it, where `.sha256` stands behind the address's path.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
    dataset: Annotated[str, msgspec.Meta(pattern=DATASET)]
    url: str
    sha256: bool = False

    @property
    def form(self) -> Form:
        """What is in it, as the path of its address says.

        Raises:
            InvalidFile: that says nothing.
        """
        return form_of(urlsplit(self.url).path)

    @property
    def checksum_url(self) -> str:
        """Where its SHA-256 would lie."""
        parts = urlsplit(self.url)
        return parts._replace(path=f"{parts.path}.sha256").geturl()


_DECODER = msgspec.json.Decoder(tuple[Source, ...])


def sources_of(document: bytes | str) -> tuple[Source, ...]:
    """The sources of a document, a JSON list of objects.

    Raises:
        InvalidSetting: it is none; says what is wrong, and repeats no address.

    >>> sources_of('[{"name": "ecb", "dataset": "fx_prices", "url": "https://example.com/rates.csv"}]')[0].form
    <Form.CSV: '.csv'>
    """
    try:
        sources = _DECODER.decode(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidSetting(SETTING, f"is no list of sources: {error}") from error
    for source in sources:
        if not _is_safe(source.url):
            raise InvalidSetting(SETTING, f"{source.name} has no address that begins with https://")
        try:
            in_lines = not source.form.is_wire
        except InvalidFile:
            in_lines = False
        if not in_lines:
            raise InvalidSetting(SETTING, f"{source.name} has an address whose path ends neither in .csv nor in .jsonl")
    if len({source.name for source in sources}) < len(sources):
        raise InvalidSetting(SETTING, "has two sources of the same name")
    return sources


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can read or change what comes from an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
