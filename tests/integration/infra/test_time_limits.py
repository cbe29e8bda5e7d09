"""Who announces or sends is done, at the worst, before the function is killed: a death while sending is a loss."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.suggestion_topic import BACKOFF, MAX_BYTES, MAX_ENTRIES
from divisa.adapters.wire import suggestion_to_json
from divisa.services.deliver import LEASE
from tests.builders import a_suggestion
from tests.integration.infra.template import of_type, referred

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def mapping_of(resources: Resources, function: str) -> dict[str, Any]:
    mappings = of_type(resources, "Lambda::EventSourceMapping").values()
    [found] = (each for each in mappings if referred(each["FunctionName"]) == f"{function}LambdaFunction")
    return found


def longest_request(client: Any) -> float:
    """Seconds until a client gives up one request."""
    config = client.meta.config
    return float((config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"])


def longest_publication() -> float:
    """Seconds until the topic gives up one batch of announcements."""
    waits = sum(min(BACKOFF.cap, BACKOFF.base * 2.0**number) for number in range(BACKOFF.attempts - 1))
    return BACKOFF.attempts * longest_request(clients.topic_sns()) + waits


@pytest.mark.parametrize(
    ("channel", "client", "requests"),
    [
        # An endpoint is made, published to, and deleted when it turns out to be dead.
        ("Push", clients.push_sns, 3),
        ("Sms", clients.sms_sns, 1),
        ("Email", clients.sesv2, 1),
    ],
)
def test_a_gateway_and_a_topic_that_hang_leave_a_sender_time_to_settle_and_nobody_takes_it_for_dead(
    resources: Resources, channel: str, client: Callable[[], Any], requests: int
) -> None:
    timeout = resources[f"{channel}LambdaFunction"]["Properties"]["Timeout"]
    hidden = resources[f"{channel}Queue"]["Properties"]["VisibilityTimeout"]
    a_message = requests * longest_request(client()) + longest_publication()

    assert mapping_of(resources, channel)["BatchSize"] * a_message < timeout
    assert timedelta(seconds=timeout) < LEASE < timedelta(seconds=hidden)


def test_a_topic_that_answers_at_the_last_moment_each_time_leaves_the_outbox_time_for_a_whole_batch(
    resources: Resources,
) -> None:
    timeout = resources["OutboxLambdaFunction"]["Properties"]["Timeout"]
    requests = ceil(mapping_of(resources, "Outbox")["BatchSize"] / MAX_ENTRIES)

    assert requests * longest_publication() < timeout
    # A request is full by its number of suggestions long before it is by their bytes.
    assert 10 * MAX_ENTRIES * len(suggestion_to_json(a_suggestion())) < MAX_BYTES
