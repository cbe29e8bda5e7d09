"""The laptop's PostgreSQL as the databases beside the lake: the secret with its address, and who is told of it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError
from lake.sinks.arguments import URL as FIELD

if TYPE_CHECKING:
    from sqlalchemy import URL

    from local.addresses import Addresses

SECRET: Final = "divisa-local-databases"  # noqa: S105 - its name


def point_at(template: dict[str, Any], addresses: Addresses, database: URL) -> None:
    """Let the lake's jobs of a template load both sinks into a PostgreSQL, whose address is put into a secret.

    Args:
        template: the compiled template, which is changed.
        addresses: the running laptop cloud.
        database: where the PostgreSQL answers, with its password.

    Raises:
        botocore.exceptions.ClientError: a call was refused.
    """
    with closing(boto3.client("secretsmanager", **addresses.client_settings("secretsmanager"))) as secrets:
        text = json.dumps({FIELD: database.render_as_string(hide_password=False)})
        try:
            secrets.put_secret_value(SecretId=SECRET, SecretString=text)
        except secrets.exceptions.ResourceNotFoundException:
            secrets.create_secret(Name=SECRET, SecretString=text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Glue::Job":
            told = {"--RELATIONAL_SECRET": SECRET, "--WAREHOUSE_SECRET": SECRET}
            resource["Properties"].setdefault("DefaultArguments", {}).update(told)


def address(addresses: Addresses) -> URL:
    """Where the PostgreSQL of a running laptop cloud answers.

    Raises:
        LaptopCloudError: the cloud knows of none.
    """
    from sqlalchemy import make_url

    with closing(boto3.client("secretsmanager", **addresses.client_settings("secretsmanager"))) as secrets:
        try:
            text = secrets.get_secret_value(SecretId=SECRET)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            raise LaptopCloudError("lake", "no database is told of; `divisa up` does that") from error
    return make_url(json.loads(text)[FIELD])
