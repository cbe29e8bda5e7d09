"""Phone numbers and addresses are for the message channels; no log holds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.recipient import Channel
from local import parts

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def everybody(world: World, group: str, *, cost: str) -> list[Recipient]:
    """People of every kind."""
    return [
        world.person(f"{group}-well", cost=cost),
        world.person(f"{group}-invalid-phone", cost=cost, phone="55 8765 4321", consent=frozenset({Channel.SMS})),
        world.person(f"{group}-invalid-email", cost=cost, email="nobody at all"),
        world.person(f"{group}-refused", cost=cost, email=".refused.@example..com"),
        world.person(f"{group}-suppressed", cost=cost, consent=frozenset()),
        world.person(f"{group}-by-sms", cost=cost, consent=frozenset({Channel.SMS})),
        world.person(f"{group}-by-push", cost=cost, consent=frozenset(Channel)),
    ]


def test_no_log_of_a_function_or_of_a_stream_mapping_holds_a_phone_number_or_an_address(world: World) -> None:
    cloud = world.cloud
    people = [*everybody(world, "first", cost="16.00"), *everybody(world, "second", cost="16.20")]
    world.publish(world.quote("16.60"))
    cloud.settle()
    with cloud.configured(cloud.deployment.quotes_function_name, DECIDED_AT_ONCE="1"):  # so that the backlog runs too
        world.publish(world.quote("16.75"))
        cloud.settle()

    contacts = {contact for each in people for contact in (each.phone, each.email) if contact}
    assert len(contacts) == 25  # three are the same for both groups
    assert len(world.suggestions()) == 14
    deployment = cloud.deployment
    sending = deployment.outbox_function_name, deployment.sms_function_name, deployment.email_function_name
    logs = {function: cloud.log(function) for function in deployment.function_names}
    assert all("REPORT RequestId" in logs[function] for function in (*deployment.deciding_function_names, *sending))
    for log in logs.values():
        assert [contact for contact in contacts if contact in log or contact.lstrip("+") in log] == []
    carried = (cloud.home / "logs" / f"{parts.MAPPINGS}.log").read_text(encoding="utf-8")
    assert not any(contact in carried for contact in contacts)
