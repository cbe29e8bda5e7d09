"""`divisa lake report`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa lake report", "write lake.html, which any browser shows, also without a network"),
    ("divisa lake report --language en --out /tmp/lake.html", "in English, and elsewhere"),
)
_STAGE = "local"


def report(
    out: Annotated[Path, typer.Option(help="Write the page into this file.")] = Path("lake.html"),
    language: Annotated[Literal["es", "en"], typer.Option(help="What it is written in.")] = "es",
) -> None:
    """Write one page that shows how the platform and its lake fare, from the lake's tables as they are now."""
    from contextlib import closing
    from datetime import UTC, datetime

    import boto3
    from pyiceberg.catalog.glue import GlueCatalog

    from divisa.domain.errors import InvalidInput
    from lake.contract.reading import contracts
    from lake.queries.catalogue import Databases
    from lake.report.page import page
    from lake.report.tables import IcebergTables
    from lake.report.words import Language
    from lake.storage.s3 import S3Objects
    from local import cloud

    running = cloud.running()
    settings = running.addresses.client_settings("s3")
    address = {
        "endpoint": settings["endpoint_url"],
        "region": settings["region_name"],
        "access-key-id": settings["aws_access_key_id"],
        "secret-access-key": settings["aws_secret_access_key"],
    }
    properties: Any = {f"{service}.{name}": value for service in ("glue", "s3") for name, value in address.items()}
    with output.progress() as say, closing(boto3.client("s3", **settings)) as s3:
        say("read the lake's tables and draw them")
        tables = IcebergTables(
            GlueCatalog("lake", **properties),
            Databases.of_stage(_STAGE).gold,
            S3Objects(s3, running.deployment.lake_bucket_name),
        )
        html = page(tables, contracts(), at=datetime.now(UTC), language=Language(language))
    try:
        out.write_text(html, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}") from error
    output.say(f"Written to {out}.")
