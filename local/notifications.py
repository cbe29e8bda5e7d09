"""The platform applications of the laptop's cloud, which CloudFormation has no resource for.

On AWS somebody makes them with the keys of FCM and APNs, and names them in the stage's parameters. Here they are made
without: MiniStack takes notifications for them and hands them to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.addresses import Addresses

_NAMED_IN: Final = "PushLambdaFunction"
_SUFFIX: Final = "_APPLICATION_ARN"


def make_applications(template: Mapping[str, Any], addresses: Addresses) -> None:
    """Make the applications that the template's sender of notifications is told of; those that are there stay."""
    told = template["Resources"][_NAMED_IN]["Properties"]["Environment"]["Variables"]
    sns = boto3.client("sns", **addresses.client_settings("sns"))
    try:
        there = {
            each["PlatformApplicationArn"]
            for page in sns.get_paginator("list_platform_applications").paginate()
            for each in page["PlatformApplications"]
        }
        for arn in sorted({arn for name, arn in told.items() if name.endswith(_SUFFIX) and arn} - there):
            platform, name = arn.partition(":app/")[2].split("/")
            sns.create_platform_application(
                Name=name, Platform=platform, Attributes={"PlatformCredential": "none: nothing leaves this machine"}
            )
    finally:
        sns.close()
