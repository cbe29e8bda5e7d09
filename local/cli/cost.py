"""`divisa cost`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from local.cost.bill import Bill, Line
    from local.cost.prices import Prices

EXAMPLES = output.examples(
    ("divisa cost --users 1000000 --ticks-per-second 1", "a month of a million users of one pair"),
    ("divisa cost --users 50000 --ticks-per-second 5 --pairs 2 --json", "the same for programs"),
)


def cost(
    users: Annotated[int, typer.Option(min=1, help="Users; who trades two pairs counts twice.", show_default=False)],
    ticks_per_second: Annotated[
        float, typer.Option(min=0.001, max=100_000, help="Prices a second of each pair.", show_default=False)
    ],
    pairs: Annotated[int, typer.Option(min=1, help="Pairs that the users are spread over.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a month on AWS costs, line by line, beside evaluating everybody at every tick.

    Each line is a measured count times a price with a source; what is assumed is said below.
    The counts are of the benchmarks, the prices in infra/aws_prices.toml, the machines those of the stage `prod`.
    """
    from local.cost.assumptions import LEFT_OUT, assumptions
    from local.cost.bill import bill
    from local.cost.counts import read_counts
    from local.cost.items import sizes
    from local.cost.parameters import read_parameters
    from local.cost.prices import read_prices
    from local.cost.traffic import Load

    load, counts, parameters, prices = (
        Load(users, ticks_per_second, pairs),
        read_counts(),
        read_parameters(),
        read_prices(),
    )
    items = sizes()
    found = bill(load, parameters, counts, items, prices)
    assumed = assumptions(load, parameters, counts, items)
    if as_json:
        output.say_json(
            {
                "users": users,
                "ticks_per_second": ticks_per_second,
                "pairs": pairs,
                **_as_json(found, prices),
                "assumptions": assumed,
                "left_out": LEFT_OUT,
            }
        )
    else:
        _show(found)
        _say_all("Assumed", assumed)
        _say_all("Left out", LEFT_OUT)
        output.say(f"\nPrices are of {prices.region}, in US dollars, with their sources in infra/aws_prices.toml.")


def _as_json(found: "Bill", prices: "Prices") -> dict[str, Any]:
    used = {line.price.name: line.price for line in found.lines if line.price is not None}
    return {
        "region": prices.region,
        "currency": "USD",
        "lines": [
            {
                "service": line.service,
                "what": line.what,
                "price": line.price and line.price.name,
                "bands": {"quantity": float(line.bands), "usd": _usd(line, line.bands_usd)},
                "brute_force": {"quantity": float(line.brute), "usd": _usd(line, line.brute_usd)},
            }
            for line in found.lines
        ],
        "total": {
            "bands_usd": str(found.bands_usd),
            "brute_force_usd": str(found.brute_usd),
            "ratio": round(found.ratio, 1),
            "ratio_where_they_differ": round(found.deciding.ratio, 1),
        },
        "prices": {
            name: {
                "usd": str(price.usd),
                "per": price.per,
                "unit": price.unit,
                "as_of": price.as_of,
                "source": price.source,
            }
            for name, price in used.items()
        },
    }


def _usd(line: "Line", usd: "Decimal") -> str | None:
    return None if line.price is None else str(usd)


def _show(found: "Bill") -> None:
    from rich.table import Table

    table = Table("Service", "A month", box=None, pad_edge=False)
    for header in ("Bands", "USD", "Brute force", "USD", "Price, USD"):
        table.add_column(header, justify="right")
    for line in found.lines:
        priced = line.price is not None
        table.add_row(
            line.service,
            line.what,
            _quantity(line.bands),
            f"{line.bands_usd:,.2f}" if priced else "?",
            _quantity(line.brute),
            f"{line.brute_usd:,.2f}" if priced else "?",
            f"{line.price.usd.normalize():f} / {line.price.per:,} {line.price.unit}" if line.price else "none",
        )
    table.add_row("Sum", "", "", f"{found.bands_usd:,.2f}", "", f"{found.brute_usd:,.2f}", style="bold")
    output.show(table)
    output.say(
        f"Brute force costs {found.ratio:,.1f} times as much, and {found.deciding.ratio:,.1f} times without the lines "
        "that are the same in both, such as messages."
    )


def _say_all(title: str, lines: "Sequence[str]") -> None:
    output.say(f"\n{title}")
    for line in lines:
        output.say(f"- {line}")


def _quantity(amount: "Decimal") -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.1f}"
