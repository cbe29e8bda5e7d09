"""The pipeline's definition as it is committed, with the laptop's names where AWS's are filled in by CloudFormation."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from infra.retraining.sdk import DEFINITION
from local.addresses import ACCOUNT_ID, REGION
from local.retraining.errors import RetrainingFailed

if TYPE_CHECKING:
    from pathlib import Path

JsonObject = dict[str, Any]

NAMES = {
    "sls:stage": "local",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
    "ScikitLearnAccount": ACCOUNT_ID,
    "RetrainingRole.Arn": f"arn:aws:iam::{ACCOUNT_ID}:role/divisa-local-retraining",
    "RetrainingCode": "laptop",
    "ModelsBucket": f"divisa-local-models-{ACCOUNT_ID}",
    "LakeBucket": f"divisa-local-lake-{ACCOUNT_ID}",
}


def load(path: Path = DEFINITION) -> JsonObject:
    """The definition.

    Raises:
        RetrainingFailed: it names something that the laptop does not have.
    """

    def name(found: re.Match[str]) -> str:
        if found[1] not in NAMES:
            raise RetrainingFailed("definition", f"{path.name} names ${{{found[1]}}}, which is not known on a laptop")
        return NAMES[found[1]]

    definition: JsonObject = json.loads(re.sub(r"\$\{([^}]+)\}", name, path.read_text(encoding="utf-8")))
    return definition


def parameters_of(definition: JsonObject, given: JsonObject) -> JsonObject:
    """By name, what each parameter of a definition is worth: what is given, or its default.

    Raises:
        RetrainingFailed: something is given that is no parameter, or something without default is not.
    """
    known = {each["Name"]: each for each in definition["Parameters"]}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise RetrainingFailed("definition", f"there is no parameter {', '.join(unknown)}")
    values = {name: given.get(name, each.get("DefaultValue")) for name, each in known.items()}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise RetrainingFailed("definition", f"parameters without a value: {', '.join(missing)}")
    return values
