"""Files for the lake, handed in by programs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.feeds import FeedUpload, FeedUploadPermit, StoredFeed
from api_handlers.request import require_media_type, text_body
from api_handlers.responses import answer, documented, success
from api_handlers.security import FEEDS
from divisa.bootstrap import market
from divisa.domain.feed import DATASET, FILE, FeedFile
from divisa.services.take_feed import MAX_TAKEN
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.take_feed import TakeFeed

router = APIGatewayHttpRouter()
CSV: Final = "text/csv"

Dataset = Annotated[str, Path(pattern=DATASET, description="What kind of rows it has, for example `prices`.")]
File = Annotated[str, Path(pattern=FILE, description="Its name, which ends in `.csv`, for example `2024-01-05.csv`.")]


@cache
def _take() -> TakeFeed:
    return market.take_feed(ApiSettings.from_environment())


@router.put(
    "/v1/feeds/<dataset>/<file>",
    operation_id="put_feed",
    tags=["feeds"],
    summary="Hand in a file",
    description=(
        "Kept byte for byte; what is in it is looked at later. The same content under the same name again changes "
        "nothing and is answered alike."
    ),
    security=FEEDS,
    openapi_extensions={
        "x-max-body-bytes": MAX_TAKEN,
        "requestBody": {
            "required": True,
            "description": f"CSV in UTF-8 of 1 to {MAX_TAKEN} bytes.",
            "content": {CSV: {"schema": {"type": "string", "minLength": 1}}},
        },
    },
    responses=documented({201: success("It is kept", StoredFeed)}, 404, 413, 415, 422),
)
def put_feed(dataset: Dataset, file: File) -> Response[str]:
    """Keep a file."""
    event = router.current_event
    require_media_type(event, CSV)
    taken = _take()(dataset, file, text_body(event).encode())
    body = StoredFeed(dataset=taken.dataset, file=taken.file, sha256=taken.sha256, bytes=taken.size, key=taken.key)
    return answer(201, body)


@router.post(
    "/v1/feeds/<dataset>/<file>",
    operation_id="presign_feed",
    tags=["feeds"],
    summary="Ask for the upload of a large file",
    description="For a file of more than 5 MB. The permission is for a file of this hash and size, and for no other.",
    security=FEEDS,
    responses=documented({201: success("How to upload it", FeedUploadPermit)}, 404, 413, 415, 422),
)
def presign_feed(
    dataset: Dataset, file: File, upload: Annotated[FeedUpload, Body(description="The file's hash and size.")]
) -> Response[str]:
    """Permit the upload of a file."""
    permitted = _take().permit(FeedFile(dataset, file, upload.sha256, upload.bytes))
    body = FeedUploadPermit(url=permitted.url, fields=dict(permitted.fields), expires_at=permitted.expires_at)
    return answer(201, body)
