from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from divisa.adapters.aws.secrets import REREAD, SecretsManagerSecrets
from divisa.domain.errors import InvalidSetting, NotFound, StoreUnavailable
from tests.unit.adapters.aws.failing import Scripted, client_error

if TYPE_CHECKING:
    from collections.abc import Sequence

GONE = ReadTimeoutError(endpoint_url="http://127.0.0.1")
OLD, NEW = {"SecretString": '{"key": "0123456789abcdef"}'}, {"SecretString": '{"key": "fedcba9876543210"}'}


class Watch:
    """How time passes."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def scripted(steps: Sequence[Any]) -> tuple[SecretsManagerSecrets, Any, Watch]:
    client: Any = Scripted(*steps)
    watch = Watch()
    return SecretsManagerSecrets(client, "divisa-test-api", seconds=watch), client, watch


def test_it_is_read_once_in_five_minutes_whatever_is_asked_for() -> None:
    secrets, client, watch = scripted([OLD, NEW])
    assert secrets.get("key") == b"0123456789abcdef"
    with pytest.raises(NotFound):
        secrets.get("other")
    watch.seconds += REREAD - 1
    assert secrets.get("key") == b"0123456789abcdef"
    assert client.calls == [{"SecretId": "divisa-test-api"}]
    watch.seconds += 1
    assert secrets.get("key") == b"fedcba9876543210"
    assert len(client.calls) == 2


def test_what_it_said_before_counts_while_secrets_manager_is_away() -> None:
    secrets, client, watch = scripted([OLD, GONE, NEW])
    assert secrets.get("key") == b"0123456789abcdef"
    watch.seconds += REREAD
    assert secrets.get("key") == b"0123456789abcdef"
    assert secrets.get("key") == b"fedcba9876543210"
    assert len(client.calls) == 3


@pytest.mark.parametrize("failure", [GONE, client_error("InternalServiceError", 500)])
def test_a_secret_that_was_never_read_is_unavailable(failure: Exception) -> None:
    secrets, _, _ = scripted([failure])
    with pytest.raises(StoreUnavailable, match="divisa-test-api") as caught:
        secrets.get("key")
    assert caught.value.__cause__ is failure


def test_a_secret_that_does_not_exist_is_a_setting_that_is_wrong() -> None:
    secrets, _, _ = scripted([client_error("ResourceNotFoundException", 400)])
    with pytest.raises(InvalidSetting, match="there is no such secret"):
        secrets.get("key")


@pytest.mark.parametrize(
    "text", ["", "0123456789abcdef", '{"key": 1}', '{"key": "short"}', '["0123456789abcdef"]', '{"hunter2hunter2hun']
)
def test_a_secret_that_is_no_set_of_keys_is_named_and_kept_out_of_the_log(text: str) -> None:
    secrets, _, _ = scripted([{"SecretString": text}])
    with pytest.raises(InvalidSetting) as caught:
        secrets.get("key")
    assert caught.value.name == "divisa-test-api"
    assert text == "" or text not in "".join(traceback.format_exception(caught.value))
