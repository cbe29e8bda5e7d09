from __future__ import annotations

import json
from typing import Any

import pytest

from divisa.domain.errors import InvalidSetting
from lake.doors.sources import Source, sources_of
from lake.ingestion.forms import Form

RATES = {"name": "rates", "dataset": "fx_prices", "url": "https://example.com/rates.csv.gz?key=secret"}


def test_a_list_of_sources_says_where_what_lies() -> None:
    document = json.dumps([RATES, {**RATES, "name": "here", "url": "http://127.0.0.1/a.jsonl", "sha256": True}])

    rates, here = sources_of(document)

    assert rates == Source("rates", "fx_prices", RATES["url"])
    assert (rates.form, here.form, here.sha256) == (Form.CSV_GZIP, Form.JSON_LINES, True)
    assert rates.checksum_url == "https://example.com/rates.csv.gz.sha256?key=secret"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "http://example.com/rates.csv?key=secret"}, "rates has no address that begins with https://"),
        ({"url": "ftp://example.com/rates.csv?key=secret"}, "rates has no address that begins with https://"),
        ({"url": "https:///rates.csv?key=secret"}, "rates has no address that begins with https://"),
        ({"url": "https://[secret/rates.csv"}, "rates has no address that begins with https://"),
        ({"url": "https://example.com/rates?key=secret.csv"}, "path ends neither in .csv nor in .jsonl"),
        ({"url": "https://example.com/rates.quotes?key=secret"}, "path ends neither in .csv nor in .jsonl"),
        ({"name": "../secret"}, "is no list of sources"),
        ({"dataset": "secret/"}, "is no list of sources"),
        ({"token": "secret"}, "is no list of sources"),
    ],
)
def test_a_source_that_is_none_is_told_without_its_address(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem) as told:
        sources_of(json.dumps([{**RATES, **change}]))
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("document", ["", "{}", "null", '["rates"]'])
def test_what_is_no_list_is_refused(document: str) -> None:
    with pytest.raises(InvalidSetting, match="is no list of sources"):
        sources_of(document)


def test_no_two_sources_have_the_same_name() -> None:
    with pytest.raises(InvalidSetting, match="two sources of the same name"):
        sources_of(json.dumps([RATES, RATES]))
