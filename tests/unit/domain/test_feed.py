from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import InvalidInput
from divisa.domain.feed import FeedFile

FILE = FeedFile.of("prices", "2024-01-05.csv", b"pair,event_time,bid,ask\n")


def test_the_same_content_under_the_same_name_is_the_same_file() -> None:
    assert FeedFile.of("prices", "a.csv", b"x") == FeedFile.of("prices", "a.csv", b"x")
    keys = {FeedFile.of(d, f, c).key for d in ("prices", "users") for f in ("a.csv", "b.csv") for c in (b"x", b"y")}
    assert len(keys) == 8


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a.csv",
        "a/b.csv",
        "a\\b.csv",
        "/a.csv",
        "a.csv/",
        "a..csv",
        "..csv",
        ".csv",
        "a.b.csv",
        "a b.csv",
        "a.csv\n",
        "a.csv\0",
        "a.CSV",
        "a.csv.gz",
        "%2e%2e.csv",
        "ñ.csv",
        "-a.csv",
        "a" * 81 + ".csv",
    ],
)
def test_a_file_whose_name_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="^file does not match"):
        FeedFile.of("prices", name, b"x")


@pytest.mark.parametrize("name", ["", "..", "Prices", "a/b", "1a", "a-b", "a.b", "a\n", "a" * 41, "précios"])
def test_a_dataset_whose_name_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="^dataset does not match"):
        FeedFile.of(name, "a.csv", b"x")


@given(st.text(max_size=20), st.text(max_size=20).map(lambda text: f"{text}.csv"))
def test_whatever_is_accepted_lands_in_its_folder(dataset: str, file: str) -> None:
    try:
        key = FeedFile.of(dataset, file, b"x").key
    except InvalidInput:
        return
    landing, folder, digest, name = key.split("/")
    assert (landing, folder, name) == ("landing", dataset, file)
    assert len(digest) == 64
    assert ".." not in key


@pytest.mark.parametrize("sha256", ["", "0" * 63, "A" * 64, "g" * 64, "0" * 65])
def test_a_hash_that_is_none_is_refused(sha256: str) -> None:
    with pytest.raises(InvalidInput, match="^sha256 does not match"):
        replace(FILE, sha256=sha256)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        FeedFile.of("prices", "a.csv", b"")
