from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.segments import GSM_7, GSM_7_EXTENSION, Encoding, segments

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
ALONE, JOINED = {GSM: 160, UCS: 70}, {GSM: 153, UCS: 67}
IN_GSM = st.text(st.sampled_from(sorted(GSM_7 | GSM_7_EXTENSION)), max_size=500)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", GSM, 0, 0),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("ñandú", UCS, 5, 1),  # ñ is in the alphabet, ú is not
        ("ñandu à ü ¿", GSM, 11, 1),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        ("a" + "€" * 152, GSM, 305, 2),
        ("€" * 153, GSM, 306, 3),  # 76 whole ones fit in a segment, and leave one septet
        ("á" * 70, UCS, 70, 1),
        ("á" * 71, UCS, 71, 2),
        ("á" * 134, UCS, 134, 2),
        ("á" * 135, UCS, 135, 3),
        ("💵" * 35, UCS, 70, 1),
        ("💵" * 36, UCS, 72, 2),
        ("💵" * 67, UCS, 134, 3),  # 33 in a segment
        ("`", UCS, 1, 1),
        ("\f^{}\\[~]|", GSM, 18, 1),
    ],
)
def test_a_text_counts_as_the_standard_counts_it(text: str, encoding: Encoding, units: int, count: int) -> None:
    assert segments(text) == (encoding, units, count)


@given(IN_GSM)
def test_a_text_of_the_alphabet_has_a_septet_a_letter_and_two_where_it_escapes(text: str) -> None:
    found = segments(text)
    assert found.encoding is GSM
    assert found.units == len(text) + sum(letter in GSM_7_EXTENSION for letter in text)


@given(ANY)
def test_units_of_other_texts_are_those_of_utf_16(text: str) -> None:
    found = segments(text + "á")
    assert found.encoding is UCS
    assert found.units == len((text + "á").encode("utf-16-be")) // 2


@given(IN_GSM | ANY)
def test_segments_are_as_few_as_hold_the_units_and_at_most_one_unit_of_each_is_left_empty(text: str) -> None:
    encoding, units, count = segments(text)
    assert (count <= 1) == (units <= ALONE[encoding])
    assert (count == 0) == (text == "")
    if count > 1:
        assert JOINED[encoding] * count >= units
        assert (JOINED[encoding] - 1) * (count - 1) < units


@given(IN_GSM | ANY, IN_GSM | ANY)
def test_more_text_is_never_fewer_segments(text: str, more: str) -> None:
    assert segments(text + more).segments >= segments(text).segments
