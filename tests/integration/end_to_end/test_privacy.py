"""Phone numbers and addresses are for the message channels; no log holds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.recipient import Channel
from local import parts

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def test_no_log_of_a_function_or_of_a_stream_mapping_holds_a_phone_number_or_an_address(world: World) -> None:
    cloud = world.cloud
    people = [
        world.person("well", cost="16.00"),
        world.person("invalid-phone", cost="16.00", phone="55 8765 4321"),
        world.person("invalid-email", cost="16.00", email="nobody at all"),
        world.person("refused", cost="16.00", email=".refused.@example..com"),
        world.person("suppressed", cost="16.00", consent=frozenset()),
        world.person("by-sms", cost="16.00", consent=frozenset({Channel.SMS})),
    ]
    world.publish(world.quote("16.60"))
    cloud.settle()

    contacts = {contact for each in people for contact in (each.phone, each.email) if contact}
    assert len(contacts) == 12
    assert len(world.suggestions()) == 6
    for function in cloud.deployment.function_names:
        log = cloud.log(function)
        assert "REPORT RequestId" in log
        assert [contact for contact in contacts if contact in log or contact.lstrip("+") in log] == []
    carried = (cloud.home / "logs" / f"{parts.MAPPINGS}.log").read_text(encoding="utf-8")
    assert not any(contact in carried for contact in contacts)
