"""Who retries: the adapter or botocore, never both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "build",
    [
        clients.kinesis,
        clients.sagemaker_runtime,
        clients.sqs,
        clients.topic_sns,
        clients.sms_sns,
        clients.push_sns,
        clients.sesv2,
    ],
    ids=lambda build: build.__name__,
)
def test_botocore_does_not_retry_where_the_adapter_does_or_a_person_would_be_told_twice(
    build: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert build().meta.config.retries["total_max_attempts"] == 1
