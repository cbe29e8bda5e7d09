from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.erasure import Erasure, is_pseudonym
from divisa.domain.errors import NotifierUnavailable, Refused, StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.sms_budget import Rate
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import LedgerFilter
from divisa.services.deliver import Deliver, by_sms
from tests.builders import APP_URL, USD_MXN, WEDNESDAY
from tests.unit.services.people import PeopleWorld, token_of

ANA, BEN = "0a2b7c9e-ana", "f1d3e5a7-ben"
ALL = LedgerFilter()


class Killed(Exception):
    """The worker's process is gone."""


class Life:
    """How many steps a worker takes before it is killed."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Killed


class Mortal:
    """A store whose caller may die before or after each call."""

    def __init__(self, store: Any, life: Life) -> None:
        self._store, self._life = store, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not callable(method):
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            self._life.step()
            answer = method(*arguments, **named)
            self._life.step()
            return answer

        return call


def mortal(use_case: Any, life: Life) -> Any:
    """A use case that dies when its life is over."""
    parts = {field.name: getattr(use_case, field.name) for field in fields(use_case)}
    wrapped = {name: mortal(part, life) if name == "stop" else Mortal(part, life) for name, part in parts.items()}
    return replace(use_case, **(wrapped | ({"pairs": parts["pairs"]} if "pairs" in parts else {})))


@pytest.fixture
def world() -> PeopleWorld:
    made = PeopleWorld()
    made.settle(ANA)
    made.settle(BEN)
    return made


def test_nothing_of_the_person_is_found_in_any_store_and_everything_of_the_others_is_left(world: PeopleWorld) -> None:
    assert len(world.traces_of(ANA)) == 4
    ben = world.export_person(BEN)

    world.request_erasure(ANA)
    world.work_off()

    assert world.traces_of(ANA) == []
    assert world.export_person(BEN) == ben
    assert world.sign_ins.find(BEN) is not None


def test_the_ledger_is_kept_under_a_pseudonym(world: PeopleWorld) -> None:
    before = world.ledger.page(ANA, ALL, limit=100).entries
    assert len(before) == 4

    world.request_erasure(ANA)
    world.work_off()

    pseudonym = world.pseudonym(ANA)
    kept = world.ledger.page(pseudonym, ALL, limit=100).entries
    assert is_pseudonym(pseudonym)
    assert [(e.sequence, e.amount, e.transaction.price) for e in kept] == [
        (e.sequence, e.amount, e.transaction.price) for e in before
    ]
    assert {e.transaction.user_id for e in kept} == {pseudonym}
    assert not {e.transaction_id for e in kept} & {e.transaction_id for e in before}
    assert world.ledger.page(ANA, ALL, limit=100).entries == []


def test_at_once_no_message_finds_the_person_and_nobody_signs_in_as_them() -> None:
    world = PeopleWorld()
    waiting = world.settle(ANA)
    gateway = MemorySmsGateway()
    tariff = {"MX": Rate(Decimal("0.04"), Decimal(100))}
    send = by_sms(gateway, MemorySmsBudget(tariff), tariff, world.clock, APP_URL)
    topic = MemorySuggestionTopic()
    deliver = Deliver(Channel.SMS, world.deliveries, world.recipients, world.pacing, world.clock, send, topic)
    assert deliver(waiting[0]) is DeliveryStatus.SENT

    world.request_erasure(ANA)
    assert [deliver(each) for each in waiting[1:]] == [DeliveryStatus.NO_CONSENT] * 2
    assert len(gateway.sent) == 1
    found = world.sign_ins.find(ANA)
    assert found is not None
    assert not found.enabled

    world.work_off()
    assert world.sign_ins.find(ANA) is None
    assert deliver(waiting[2]) is DeliveryStatus.NO_CONSENT
    assert len(gateway.sent) == 1


def test_a_token_that_is_still_valid_is_turned_away_for_ever(world: PeopleWorld) -> None:
    world.admit(ANA)
    world.request_erasure(ANA)
    for _ in range(2):
        with pytest.raises(Refused, match="erased") as caught:
            world.admit(ANA)
        assert caught.value.code == "account_erased"
        world.work_off()
    world.admit(BEN)


def test_the_lake_is_told_under_the_pseudonym_and_the_tombstone_says_since_when(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    world.clock.advance(timedelta(minutes=5))
    world.work_off()

    done = WEDNESDAY + timedelta(minutes=5)
    assert world.markers.markers == {world.pseudonym(ANA): done}
    assert world.erasures.find(world.pseudonym(ANA)) == Erasure(world.pseudonym(ANA), WEDNESDAY, done)


def test_asking_again_before_and_after_changes_nothing(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    world.request_erasure(ANA)
    world.work_off()
    before = world.everything()

    world.clock.advance(timedelta(minutes=5))
    world.request_erasure(ANA)
    world.work_off()
    assert world.everything() == before


def test_it_is_done_only_once_nothing_was_found(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    [user_id] = world.queue.requests
    world.queue.requests.clear()

    assert not world.erase_person(user_id)
    assert world.queue.requests == [ANA]
    assert world.sign_ins.find(ANA) is not None
    world.settle(ANA, trades=0)  # what a request wrote that had been let in before
    assert not world.erase_person(user_id)
    assert world.erase_person(user_id)
    assert world.traces_of(ANA) == [ANA]
    assert world.queue.requests == [ANA, ANA]


def test_somebody_of_whom_nothing_is_kept_is_erased_as_well() -> None:
    world = PeopleWorld()
    world.request_erasure("nobody")
    world.work_off()
    assert world.erasures.find(world.pseudonym("nobody")) == Erasure(world.pseudonym("nobody"), WEDNESDAY, WEDNESDAY)


def test_a_killed_worker_s_heir_goes_on_wherever_it_was(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    world.work_off()
    expected = world.everything()

    steps = 0
    while True:
        other = PeopleWorld()
        other.settle(ANA)
        other.settle(BEN)
        other.request_erasure(ANA)
        life = Life(steps)
        try:
            while other.queue.requests:
                mortal(other.erase_person, life)(other.queue.requests[0])
                other.queue.requests.pop(0)  # a message is deleted once it is done
        except Killed:
            other.work_off()
        else:
            break
        assert other.everything() == expected, f"killed after {steps} steps"
        steps += 1
    assert steps > 40


def test_an_api_that_dies_in_between_has_asked_for_the_whole(world: PeopleWorld) -> None:
    for steps in range(12):
        other = PeopleWorld()
        other.settle(ANA)
        life = Life(steps)
        request = replace(
            other.request_erasure, queue=Mortal(other.queue, life), stop=mortal(other.request_erasure.stop, life)
        )
        with pytest.raises(Killed):
            request(ANA)
        if steps == 0:
            assert len(other.traces_of(ANA)) == 4  # it did nothing, and said so
            continue
        other.work_off()
        assert other.traces_of(ANA) == []


class SilentQueue:
    """A queue that does not answer."""

    def put(self, user_id: str) -> None:
        raise StoreUnavailable("the queue did not answer")


def test_a_request_that_the_queue_did_not_take_has_changed_nothing(world: PeopleWorld) -> None:
    before = world.everything()
    with pytest.raises(StoreUnavailable):
        replace(world.request_erasure, queue=SilentQueue())(ANA)
    assert world.everything() == before
    world.admit(ANA)


def test_a_watch_of_somebody_erased_makes_no_suggestion_any_more(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    world.work_off()
    assert world.watches.get_many(USD_MXN, [ANA]) == {}


def test_the_push_gateway_forgets_the_persons_devices_before_their_rows_are_gone(world: PeopleWorld) -> None:
    world.request_erasure(ANA)
    life = Life(0)
    for steps in range(200):
        life.steps = steps
        try:
            done = mortal(world.erase_person, life)(ANA)
        except Killed:
            assert token_of(ANA) not in world.push.endpoints or world.devices.of_user(ANA)
        else:
            if done:
                break
    assert world.push.endpoints == {token_of(BEN)}


def test_a_push_gateway_that_does_not_answer_is_asked_again(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise NotifierUnavailable("not now")

    world.request_erasure(ANA)
    with monkeypatch.context() as patched:
        patched.setattr(world.push, "forget", refuse)
        with pytest.raises(NotifierUnavailable):
            world.erase_person(ANA)
    assert world.devices.of_user(ANA)
    world.work_off()
    assert world.push.endpoints == {token_of(BEN)}


def test_what_followed_suggestions_is_exported_and_erased(world: PeopleWorld) -> None:
    assert world.export_person(ANA).outcomes == world.outcomes.of_user(ANA)
    assert len(world.outcomes.of_user(ANA)) == 3
    world.request_erasure(ANA)
    world.work_off()
    assert {each.user_id for each in world.outcomes.all()} == {BEN}
