"""The HTTP face of the plane: AWS's JSON protocol for control, REST for the runtime."""

from __future__ import annotations

import json
import re
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.sagemaker.container_process import model_error
from local.sagemaker.control import ControlPlane
from local.sagemaker.errors import ControlError, RuntimeRefusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from local.sagemaker.endpoints import Endpoints
    from local.sagemaker.registry import ModelRegistry

PAYLOAD_BYTES = 6 * 1024 * 1024
"""Largest body of an invocation, and of its answer."""
_CREDENTIAL = re.compile(r"Credential=[^/\s]+/\d{8}/(?P<region>[a-z0-9-]+)/sagemaker/aws4_request")
_SAID_CHARACTERS = 2000


def application(endpoints: Endpoints, registry: ModelRegistry) -> Starlette:
    """Build the application. It restores the endpoints when it starts and stops their containers when it ends."""
    control = ControlPlane(endpoints, registry)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        endpoints.restore()
        yield
        await endpoints.close()

    async def answer_control(request: Request) -> Response:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            region = _region_of(request)
            body: Any = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise ControlError("expected an object", "SerializationException")
            content = await control.answer(operation, body, region)
        except ControlError as refusal:
            return _control({"__type": refusal.code, "message": refusal.message}, refusal.status)
        except ValueError:
            return _control({"__type": "SerializationException", "message": "the body is not JSON"}, 400)
        return _control(content, 200)

    async def answer_invocation(request: Request) -> Response:
        try:
            _region_of(request)
            return await _invoke(endpoints, request)
        except ControlError as refusal:
            return _refused(RuntimeRefusal(refusal.code, refusal.status, refusal.message))
        except RuntimeRefusal as refusal:
            return _refused(refusal)

    async def ping(_: Request) -> Response:
        states = {endpoint.name: endpoint.status for endpoint in endpoints.resources.endpoints.values()}
        return JSONResponse({"endpoints": states})

    return Starlette(
        routes=[
            Route("/", answer_control, methods=["POST"]),
            Route("/endpoints/{name}/invocations", answer_invocation, methods=["POST"]),
            Route("/ping", ping, methods=["GET"]),
        ],
        lifespan=lifespan,
    )


async def _invoke(endpoints: Endpoints, request: Request) -> Response:
    if int(request.headers.get("content-length") or 0) > PAYLOAD_BYTES:
        return _too_large()
    body = await request.body()
    if len(body) > PAYLOAD_BYTES:
        return _too_large()
    name = request.path_params["name"]
    fleet = endpoints.serving(name)
    if fleet is None:
        raise RuntimeRefusal("ValidationError", 400, f"Endpoint {name} of account 000000000000 not found.")
    headers = {"content-type": request.headers.get("content-type", "application/octet-stream")}
    for wanted in ("accept", "x-amzn-sagemaker-custom-attributes"):
        if wanted in request.headers:
            headers[wanted] = request.headers[wanted]
    variant, response = await fleet.invoke(body, headers, request.headers.get("x-amzn-sagemaker-target-variant"))
    if not response.is_success:
        raise model_error(response.status_code, response.text[:_SAID_CHARACTERS])
    if len(response.content) > PAYLOAD_BYTES:
        raise model_error(500, f"response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes)")
    answered = {"x-Amzn-Invoked-Production-Variant": variant, "x-amzn-RequestId": str(uuid.uuid4())}
    if "x-amzn-sagemaker-custom-attributes" in response.headers:
        answered["X-Amzn-SageMaker-Custom-Attributes"] = response.headers["x-amzn-sagemaker-custom-attributes"]
    answered["content-type"] = response.headers.get("content-type", "application/octet-stream")
    return Response(response.content, 200, answered)


def _region_of(request: Request) -> str:
    """The region of the caller's signature, which is looked at and not verified."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        raise ControlError("Missing Authentication Token", "MissingAuthenticationTokenException", 403)
    credential = _CREDENTIAL.search(authorization)
    if credential is None:
        raise ControlError("Authorization header is not a signature for sagemaker", "IncompleteSignature", 403)
    return credential["region"]


def _control(content: dict[str, Any], status: int) -> Response:
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(json.dumps(content), status, headers, media_type="application/x-amz-json-1.1")


def _refused(refusal: RuntimeRefusal) -> Response:
    content: dict[str, Any] = {"Message": refusal.message}
    if refusal.original_status is not None:
        content["OriginalStatusCode"] = refusal.original_status
        content["OriginalMessage"] = refusal.original_message
        content["LogStreamArn"] = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints"
    headers = {"x-amzn-ErrorType": refusal.code, "x-amzn-RequestId": str(uuid.uuid4())}
    return JSONResponse(content, refusal.status, headers)


def _too_large() -> Response:
    """What AWS's front door says: plain text, so that boto3 reports the code 413."""
    said = f"HTTP content length exceeded {PAYLOAD_BYTES} bytes."
    return Response(said, 413, {"x-amzn-RequestId": str(uuid.uuid4())}, media_type="text/plain")
