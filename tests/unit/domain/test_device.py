from __future__ import annotations

import pytest

from divisa.domain.device import Device, Platform, device_id_of, valid_token
from divisa.domain.errors import InvalidInput
from tests.builders import WEDNESDAY

APPLE, FIREBASE = "0123456789abcdef" * 4, "cXYz_1-2:" + "APA91b" * 25


def test_a_token_of_its_platform_is_taken() -> None:
    assert valid_token(Platform.IOS, APPLE) == APPLE
    assert valid_token(Platform.ANDROID, FIREBASE) == FIREBASE


@pytest.mark.parametrize(
    ("platform", "token"),
    [
        (Platform.IOS, FIREBASE),
        (Platform.IOS, APPLE + "a"),
        (Platform.IOS, "ab" * 101),
        (Platform.IOS, APPLE + "\n"),
        (Platform.ANDROID, "short"),
        (Platform.ANDROID, "x" * 4097),
        (Platform.ANDROID, FIREBASE + " "),
    ],
)
def test_any_other_token_is_refused_without_being_repeated(platform: Platform, token: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        valid_token(platform, token)
    assert token not in str(caught.value)


def test_a_device_in_a_log_shows_no_token() -> None:
    device = Device("ana", device_id_of("ana", Platform.IOS, APPLE), Platform.IOS, APPLE, WEDNESDAY)
    assert APPLE not in f"{device!r} {device} {[device]}"


def test_a_token_makes_one_id_a_user_and_platform() -> None:
    ids = {device_id_of(user, platform, APPLE) for user in ("ana", "ben") for platform in Platform}
    assert len(ids) == 4
    assert device_id_of("ana", Platform.IOS, APPLE) in ids
