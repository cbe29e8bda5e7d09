"""`divisa lake report`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa lake report", "write lake.html, which any browser shows, also without a network"),
    ("divisa lake report --language en --out /tmp/lake.html", "in English, and elsewhere"),
)


def report(
    out: Annotated[Path, typer.Option(help="Write the page into this file.")] = Path("lake.html"),
    language: Annotated[Literal["es", "en"], typer.Option(help="What it is written in.")] = "es",
) -> None:
    """Write one page that shows how the platform and its lake fare, from the lake's tables as they are now."""
    from datetime import UTC, datetime

    from divisa.domain.errors import InvalidInput
    from lake.contract.reading import contracts
    from lake.report.page import page
    from lake.report.words import Language
    from local import cloud
    from local.lake.tables import open_tables

    with output.progress() as say, open_tables(cloud.running()) as tables:
        say("read the lake's tables and draw them")
        html = page(tables, contracts(), at=datetime.now(UTC), language=Language(language))
    try:
        out.write_text(html, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}") from error
    output.say(f"Written to {out}.")
