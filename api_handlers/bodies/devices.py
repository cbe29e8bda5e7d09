"""Devices that notifications go to. A token comes in and never goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, Field

from api_handlers.bodies.scalars import Answer, Body, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.device import Device

Platform = Literal["ios", "android"]
DEVICE_ID: Final = r"^[0-9a-f]{26}$"


class DeviceBody(Body):
    """A device to register."""

    model_config = ConfigDict(title="NewDevice")

    platform: Platform = Field(description="Whose notification service reaches the device.")
    token: str = Field(
        description="What that service knows the device by: hexadecimal for `ios`, Firebase's text for `android`.",
        min_length=32,
        max_length=4096,
        pattern=r"^[A-Za-z0-9_:-]+$",
        repr=False,
        examples=["0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
    )


class DeviceAnswer(Answer):
    """A registered device."""

    model_config = ConfigDict(title="Device")

    device_id: str = Field(
        description="By which it is taken off.", pattern=DEVICE_ID, examples=["b3a1f0c2d4e5968778695a4b3c"]
    )
    platform: Platform
    registered_at: Moment = Field(description="When it was registered first.")

    @classmethod
    def of(cls, device: Device) -> DeviceAnswer:
        """A device without its token."""
        return cls(device_id=device.device_id, platform=device.platform.value, registered_at=device.registered_at)


class DevicesAnswer(Answer):
    """The caller's devices."""

    model_config = ConfigDict(title="Devices")

    items: list[DeviceAnswer] = Field(description="The one first that was registered first.")

    @classmethod
    def of(cls, devices: Iterable[Device]) -> DevicesAnswer:
        """Devices without their tokens."""
        return cls(items=[DeviceAnswer.of(device) for device in devices])
