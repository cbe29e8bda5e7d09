"""The price table."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidFile
from local.cost.prices import TABLE, Price, read_prices

if TYPE_CHECKING:
    from pathlib import Path


def test_every_price_of_the_repository_has_a_source_and_says_when_it_was_true() -> None:
    prices = read_prices()

    assert prices.region == "us-east-1"
    assert date.fromisoformat(prices.looked_up)
    for price in prices.by_name.values():
        assert price.usd > 0
        assert price.per in {1, 1_000, 1_000_000}
        assert price.source.startswith("https://")
        assert re.fullmatch(r"undated|\d{4}(-\d{2}(-\d{2})?)?", price.as_of), price.name
    assert len(prices.by_name) == TABLE.read_text(encoding="utf-8").count("\n[prices.")


@pytest.mark.parametrize(
    ("quantity", "usd"), [("2000000", "1.25"), ("228125000", "142.58"), ("0", "0.00"), ("100", "0.00")]
)
def test_a_quantity_costs_its_share_of_the_price_to_the_cent(quantity: str, usd: str) -> None:
    writes = Price("dynamodb_write", Decimal("0.625"), 1_000_000, "write request unit", "2025", "https://example.com")
    assert writes.of(Decimal(quantity)) == Decimal(usd)


def test_a_price_that_is_not_in_the_table_is_named() -> None:
    with pytest.raises(InvalidFile, match=r"aws_prices.toml has no price of sagemaker_ml\.p5\.huge"):
        read_prices()["sagemaker_ml.p5.huge"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("region = ", "is not TOML"),
        ('region = "us-east-1"', "is not a table of prices: 'looked_up'|is not a table of prices: 'prices'"),
        ('region = "x"\nlooked_up = 2026-01-01\n[prices.a]\nusd = "1"', "is not a table of prices: 'per'"),
        (
            'region = "x"\nlooked_up = 2026-01-01\n[prices.a]\nusd = "cheap"\nper = 1\nunit = "a"\nas_of = "2026"',
            "is not a table of prices",
        ),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "prices.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match=complaint):
        read_prices(tmp_path / "prices.toml")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="nowhere.toml cannot be read"):
        read_prices(tmp_path / "nowhere.toml")
