"""What went wrong at AWS, in one word: the cause is chained, its text may carry data and is not repeated."""

from __future__ import annotations

from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

AWS_ERRORS = (BotoCoreError, ClientError)
"""Everything that a boto3 client raises."""
_BROKE_OFF = (HTTPClientError, BotoConnectionError)
_NEVER_CONNECTED = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)


def code_of(error: BotoCoreError | ClientError) -> str:
    """The service's error code, or the name of the client's error.

    >>> code_of(ClientError({"Error": {"Code": "ThrottlingException", "Message": "…"}}, "Publish"))
    'ThrottlingException'
    """
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def was_surely_refused(error: BotoCoreError | ClientError) -> bool:
    """Whether the service did not act on the request, for sure.

    It surely did not when it said so (status 4xx, or 503 on overload) or when it was never reached; on any other
    status or a connection that broke off, it may have. A failure of TLS is one that broke off: botocore has one error
    for a handshake and for an answer that cannot be decrypted.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status == HTTPStatus.SERVICE_UNAVAILABLE or 400 <= status < 500
    if isinstance(error, _NEVER_CONNECTED):
        return True
    return not isinstance(error, _BROKE_OFF)
