"""The CloudFormation that serverless.yml compiles to, on the laptop and in production."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.package import TEMPLATE, package

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.infra.template import Resources


@pytest.fixture(scope="package")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    everything = {
        **dict.fromkeys(("retrainingCode", "lakeCode"), "0f3a9c1b2d4e5f60"),
        **{"lakeTables": "yes", "relational": "yes", "relationalConnection": "database", "warehouse": "divisa"},
        "dashboards": "arn:aws:quicksight:us-east-1:123456789012:group/default/people",
    }
    return {
        "local": package("local", destination=folder / "local"),
        "prod": package("prod", parameters=everything, destination=folder / "prod"),
    }


@pytest.fixture(scope="package")
def templates(packages: dict[str, Path]) -> dict[str, dict[str, Any]]:
    return {stage: json.loads((folder / TEMPLATE).read_text()) for stage, folder in packages.items()}


@pytest.fixture(params=["local", "prod"])
def resources(request: pytest.FixtureRequest, templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates[request.param]["Resources"]
    return found
