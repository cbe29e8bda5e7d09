"""The page of the docs that says what is in the lake, written from the contracts: `python -m lake.contract.page`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lake.contract.contract import Pii, Sink
from lake.contract.reading import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lake.contract.contract import Column, Contract

PAGE: Final = Path(__file__).parents[2] / "docs" / "datasets.md"
_BEGINNING: Final = """\
# The datasets of the lake

Written from the contracts in `lake/contracts` by `python -m lake.contract.page`: change those, not this page.

Times are UTC; a file spells them `2024-01-05T14:15:00Z`, or with another offset, and never without. Numbers are plain
decimals. An empty value is a missing one. What happened more than a day after its file was received is set aside as
`in_the_future`: one wrong clock would else make all that comes after it late.
"""
_PERSONAL: Final = {
    Pii.NONE: "",
    Pii.PSEUDONYM: "pseudonym",
    Pii.QUASI: "with others",
    Pii.DIRECT: "**directly**",
}
_SINKS: Final = {Sink.WAREHOUSE: "warehouse", Sink.RELATIONAL: "relational database"}


def page(every: Iterable[Contract]) -> str:
    """The page of some contracts, in Markdown."""
    return "\n".join([_BEGINNING, *("\n".join(_section(contract)) for contract in every)])


def lasting(span: timedelta) -> str:
    """A time span in words.

    >>> lasting(timedelta(hours=26)), lasting(timedelta(days=1))
    ('26 hours', '1 day')
    """
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if span % unit == timedelta(0):
            count = span // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{span.total_seconds():g} seconds"


def _section(contract: Contract) -> Iterator[str]:
    yield f"## {contract.dataset}\n"
    yield f"{contract.about[0].upper()}{contract.about[1:]}. `{contract.owner}` answers for it.\n"
    key = " and ".join(filter(None, (", ".join(contract.key[:-1]), contract.key[-1])))
    newest = "" if contract.order is None else f" Of several the one with the latest {contract.order} counts."
    yield f"- One row for each {key}.{newest}"
    if contract.event_time is not None:
        yield f"- It happened at {contract.event_time}. Rows of a {contract.partition} lie together."
    if contract.merge_window is not None:
        yield f"- A row from {lasting(contract.merge_window)} before the newest, or earlier, is late and kept apart."
    when = " while markets are open" if contract.market_hours else ""
    yield f"- There is something new every {lasting(contract.freshness).removeprefix('1 ')}{when}."
    if contract.keep is not None:
        yield f"- Rows are kept for {lasting(contract.keep)}."
    if contract.sinks:
        yield f"- It is loaded into the {' and the '.join(map(_SINKS.__getitem__, contract.sinks))} as well."
    if not contract.feed.header:
        yield "- Its files have no header: their columns stand in this order."
    yield "\n| column | type | what | has to be | tells who it is | example |\n| --- | --- | --- | --- | --- | --- |"
    for name, column in contract.columns.items():
        what = f"{column.about} ({column.unit})" if column.unit else column.about
        yield (
            f"| {name} | {column.type} | {what} | {'; '.join(_checks(column))} | {_personal(column)} "
            f"| `{column.example}` |"
        )
    for check in contract.checks:
        yield f"\nA row is set aside as `{check.reason}` unless `{check.must}`."
    yield ""


def _personal(column: Column) -> str:
    of = f" of the {column.subject.replace('_', ' ')}" if column.subject else ""
    return f"{_PERSONAL[column.pii]}{of}"


def _checks(column: Column) -> Iterator[str]:
    if column.optional:
        yield "may be no column"
    elif column.nullable:
        yield "may be empty"
    if column.above is not None:
        yield f"above {column.above:g}"
    if column.least is not None:
        yield f"at least {column.least:g}"
    if column.most is not None:
        yield f"at most {column.most:g}"
    if column.digits is not None:
        yield f"at most {column.digits} digits in all"
    if column.longest is not None:
        yield f"at most {column.longest} characters"
    if column.pattern is not None:
        yield f"`{column.pattern.replace('|', chr(92) + '|')}`"
    if column.is_pair:
        yield "two known currencies"
    if column.one_of is not None:
        yield ", ".join(column.one_of)


if __name__ == "__main__":
    PAGE.write_text(page(contracts().values()), encoding="utf-8")
