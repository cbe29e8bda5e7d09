"""The price table: one file, each price with the page that states it and the day for which it does."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import InvalidFile
from local.home import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TABLE: Final = ROOT / "infra" / "aws_prices.toml"


@dataclass(frozen=True, slots=True)
class Price:
    """What AWS asks for something.

    Attributes:
        name: its key in the table.
        usd: US dollars for `per` units.
        per: how many units.
        unit: of what.
        as_of: the day, month or year for which the source states it; `undated` when it does not say.
        source: address of the page.
    """

    name: str
    usd: Decimal
    per: int
    unit: str
    as_of: str
    source: str

    def of(self, quantity: Decimal) -> Decimal:
        """US dollars for a quantity, rounded to a cent.

        >>> Price("writes", Decimal("0.625"), 1_000_000, "write", "2025", "").of(Decimal(10_000_000))
        Decimal('6.25')
        """
        return (quantity * self.usd / self.per).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one region, without free tiers, discounts and taxes.

    Attributes:
        region: AWS's name of it.
        looked_up: the day on which the sources were read.
    """

    region: str
    looked_up: str
    by_name: Mapping[str, Price]

    def __getitem__(self, name: str) -> Price:
        """A price.

        Raises:
            InvalidFile: the table does not have it.
        """
        if name not in self.by_name:
            raise InvalidFile(f"{TABLE.name} has no price of {name}")
        return self.by_name[name]


def read_prices(path: Path = TABLE) -> Prices:
    """Read a price table.

    Raises:
        InvalidFile: it is missing, is no TOML, or a price lacks something.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        prices = {name: _price(name, entry) for name, entry in table["prices"].items()}
        return Prices(table["region"], str(table["looked_up"]), prices)
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(f"{path.name} is not TOML: {error}") from error
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise InvalidFile(f"{path.name} is not a table of prices: {error}") from error


def _price(name: str, entry: Mapping[str, Any]) -> Price:
    return Price(name, Decimal(entry["usd"]), entry["per"], entry["unit"], str(entry["as_of"]), entry["source"])
