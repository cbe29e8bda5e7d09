"""What the API is, for programs."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.responses import JSON, documented, success

router = APIGatewayHttpRouter()


@router.get(
    "/openapi.json",
    operation_id="get_openapi",
    tags=["operations"],
    summary="This document",
    responses=documented({200: success("OpenAPI 3.1", media={JSON: {"type": "object"}})}, authorized=False),
)
def get_openapi() -> Response[str]:
    """The document that is kept in `docs/openapi.json`."""
    from api_handlers.document import whole_document

    return Response(status_code=200, content_type=JSON, body=whole_document())
