"""Errors in the form in which SageMaker answers them."""

from __future__ import annotations

from divisa.domain.errors import LaptopCloudError


class ControlError(LaptopCloudError):
    """A refused control-plane request.

    Attributes:
        code: AWS's error code.
        status: HTTP status.
    """

    def __init__(self, message: str, code: str = "ValidationException", status: int = 400) -> None:
        super().__init__("sagemaker", message)
        self.message = message
        self.code = code
        self.status = status


class RuntimeRefusal(LaptopCloudError):
    """A refused or failed InvokeEndpoint.

    Attributes:
        code: AWS's error code.
        status: HTTP status.
        original_status: what the container answered, for `ModelError`.
        original_message: what it said, for `ModelError`.
    """

    def __init__(
        self, code: str, status: int, message: str, original_status: int | None = None, original_message: str = ""
    ) -> None:
        super().__init__("sagemaker", message)
        self.code = code
        self.status = status
        self.message = message
        self.original_status = original_status
        self.original_message = original_message


class DeploymentFailed(LaptopCloudError):
    """New containers did not come into service; the message is the endpoint's `FailureReason`."""

    def __init__(self, reason: str) -> None:
        super().__init__("sagemaker", reason)
        self.reason = reason[:1024]
