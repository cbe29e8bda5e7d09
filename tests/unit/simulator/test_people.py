from __future__ import annotations

import re

import numpy as np

from simulator.draws import Draws
from simulator.people import people

PEOPLE = list(people(np.arange(5000), Draws(1)))


def test_no_phone_number_or_address_can_be_a_real_persons() -> None:
    assert all(person.phone.removeprefix("+").startswith("52000") for person in PEOPLE if person.phone)
    assert all(person.email.endswith("@example.com") for person in PEOPLE)


def test_some_have_no_phone_some_a_wrong_one_and_some_do_not_consent() -> None:
    valid = [bool(re.fullmatch(r"\+52\d{10}", person.phone)) for person in PEOPLE]
    missing = [person.phone == "" for person in PEOPLE]
    wrong = np.mean([not a and not b for a, b in zip(valid, missing, strict=True)])

    assert 0.02 < np.mean(missing) < 0.04
    assert 0.005 < wrong < 0.016
    assert 0.04 < np.mean([not person.consent for person in PEOPLE]) < 0.06


def test_both_languages_are_spoken() -> None:
    assert {person.language for person in PEOPLE} == {"es", "en"}
