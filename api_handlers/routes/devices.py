"""The devices that the caller's notifications go to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.devices import DEVICE_ID, DeviceAnswer, DeviceBody, DevicesAnswer
from api_handlers.caller import subject
from api_handlers.responses import USER, answer, documented, success
from divisa.bootstrap import people
from divisa.domain.device import Platform
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.keep_devices import KeepDevices

router = APIGatewayHttpRouter()


@cache
def _keep() -> KeepDevices:
    return people.keep_devices(ApiSettings.from_environment())


@router.post(
    "/v1/devices",
    operation_id="register_device",
    tags=["devices"],
    summary="Register a device for notifications",
    description="The same token again is the same device. The token is a secret, and no answer has it.",
    security=USER,
    responses=documented(
        {
            200: success("It was registered before", DeviceAnswer),
            201: success("It is registered", DeviceAnswer),
        },
        409,
        413,
        415,
        422,
    ),
)
def register_device(body: DeviceBody) -> Response[str]:
    """Register a device; `too_many_devices` when there are ten."""
    device, is_new = _keep().register(subject(router.current_event), Platform(body.platform), body.token)
    return answer(201 if is_new else 200, DeviceAnswer.of(device))


@router.get(
    "/v1/devices",
    operation_id="list_devices",
    tags=["devices"],
    summary="The caller's devices",
    security=USER,
    responses=documented({200: success("The devices, ten at most", DevicesAnswer)}),
)
def list_devices() -> Response[str]:
    """List the caller's devices, without their tokens."""
    return answer(200, DevicesAnswer.of(_keep().of_user(subject(router.current_event))))


@router.delete(
    "/v1/devices/<device_id>",
    operation_id="delete_device",
    tags=["devices"],
    summary="Take a device off",
    security=USER,
    responses=documented({204: success("It is gone")}, 404, 422),
)
def delete_device(
    device_id: Annotated[str, Path(pattern=DEVICE_ID, description="The device's id.")],
) -> Response[str]:
    """Take one of the caller's devices off."""
    _keep().remove(subject(router.current_event), device_id)
    return answer(204)
