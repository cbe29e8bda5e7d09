from __future__ import annotations

import pytest

from lake.erasing.markers import Marker
from lake.erasing.people import People, pseudonym
from tests.unit.lake.erasing.lake_of_people import NOW, SECRET

USER = "0b6f6f0e-9d3c-4e0e-a1f7-3c2f00aa0001"
PEOPLE = People(
    SECRET,
    [Marker(pseudonym(SECRET, "user", USER), NOW), Marker(pseudonym(SECRET, "employee", "7"), NOW, "employee")],
)


@pytest.mark.parametrize(
    "text",
    [
        USER,
        f"landing/{USER}-a.csv",
        f"of_{USER}_2024",
        f'{{"id":"{USER}"}}',
        f"x,{USER}\r\n",
        f"<{USER}>",
        f"v{USER} {USER}",
    ],
)
def test_an_id_is_found_wherever_it_stands_by_itself(text: str) -> None:
    assert PEOPLE.in_text(text, {"user"}) == {USER: pseudonym(SECRET, "user", USER)}
    assert pseudonym(SECRET, "user", USER) in PEOPLE.renamed(text)


@pytest.mark.parametrize("text", [f"{USER}1", f"a{USER}", USER.replace("-", ""), USER[:-1], ""])
def test_an_id_that_is_part_of_another_word_is_another_one(text: str) -> None:
    assert PEOPLE.in_text(text, {"user"}) == {}


def test_a_number_is_an_id_only_where_numbers_are() -> None:
    assert PEOPLE.in_text("7,Ana", {"employee"}) == {}
    assert set(PEOPLE.in_text("7,Ana", {"employee"}, numbers=True)) == {"7"}
    assert PEOPLE.in_text("7,Ana", {"user"}, numbers=True) == {}
    assert PEOPLE.find("employee", 7) is not None


def test_the_same_id_of_another_kind_of_person_is_somebody_else() -> None:
    assert [PEOPLE.find(each, USER) is not None for each in ("user", "employee", "device")] == [True, False, False]


def test_what_an_account_calls_a_person_tells_neither_who_nor_that_two_loads_have_the_same() -> None:
    who = pseudonym(SECRET, "user", USER)
    notes = {PEOPLE.note(who, load) for load in ("a", "b")}

    assert len(notes) == 2
    assert notes.isdisjoint({who, USER})
    assert PEOPLE.note(who, "a") in PEOPLE.notes("a")
