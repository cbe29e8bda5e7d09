"""Files that are handed in for the lake."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from api_handlers.bodies.scalars import Answer, Body, Moment
from divisa.domain.feed import SHA256
from divisa.services.take_feed import MAX_UPLOADED

Sha256 = Annotated[
    str,
    Field(
        pattern=SHA256,
        description="SHA-256 of the content, hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
SIZE: Final = "Bytes of the content."


class FeedUpload(Body):
    """A file that is to be uploaded."""

    sha256: Sha256
    bytes: int = Field(ge=1, le=MAX_UPLOADED, description=SIZE, examples=[73_400_320])


class StoredFeed(Answer):
    """A file that was taken."""

    dataset: str = Field(description="The dataset that it was handed in for.", examples=["prices"])
    file: str = Field(description="Its name.", examples=["2024-01-05.csv"])
    sha256: Sha256
    bytes: int = Field(description=SIZE, examples=[1_048_576])
    key: str = Field(
        description="Where it landed; the same content under the same name lands at the same place.",
        examples=["landing/prices/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/2024-01-05.csv"],
    )


class FeedUploadPermit(Answer):
    """A permission to upload one file: POST a `multipart/form-data` form of `fields`, then the content as `file`."""

    url: str = Field(description="Where the form goes.", examples=["https://divisa-prod-lake.s3.amazonaws.com/"])
    fields: dict[str, str] = Field(description="The form's fields. Whoever has them may upload the file.")
    expires_at: Moment = Field(description="Until when the upload must have begun.")
