from __future__ import annotations

import re

import pytest

from divisa.domain import errors
from divisa.domain.errors import DivisaError, InvalidRow, InvalidSetting, LaptopCloudError, PackagingError


def below(kind: type[DivisaError]) -> list[type[DivisaError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = re.findall(r"^[│ ├└─]*([A-Z][A-Za-z]+)(?:  |$)", errors.__doc__ or "", flags=re.MULTILINE)
    here = [kind.__name__ for kind in below(DivisaError) if kind.__module__ == errors.__name__]
    assert drawn == here


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InvalidRow("prices.csv", 7, "crossed", "bid is not below ask"), "prices.csv:7: crossed: bid is not below ask"),
        (InvalidSetting("STAGE", "is missing"), "STAGE: is missing"),
        (PackagingError("osls", "exit code 1"), "osls: exit code 1"),
        (LaptopCloudError("ministack", "did not start"), "ministack: did not start"),
    ],
)
def test_an_error_says_first_what_it_is_about(error: DivisaError, message: str) -> None:
    assert str(error) == message
