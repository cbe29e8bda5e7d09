"""Where a candidate is: a file, or a version of the registry; and what the registry is told of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import InvalidModel, PromotionFailed
from local.promotion.bucket import download

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.promotion.stage import Stage
    from model.promotion.gate import GateName

_WORDS = 1024
"""Letters that a registry takes for the reason of an approval."""


class Candidate(NamedTuple):
    """Who wants to go live.

    Attributes:
        artefact: its file.
        arn: of its version in the registry; None for a file that is not registered.
    """

    artefact: Path
    arn: str | None = None


def find(stage: Stage, given: str, scratch: Path) -> Candidate:
    """A candidate by the path of its file, or by its number in the registry (or its package's ARN).

    Args:
        stage: whose registry.
        given: what the user said.
        scratch: where an artefact of the registry is put.

    Raises:
        InvalidModel: there is no such file, or no such version.
        StoreUnavailable: the registered artefact cannot be fetched.
    """
    if not given.isdecimal() and not given.startswith("arn:"):
        if not Path(given).is_file():
            raise InvalidModel(f"there is no model at {given}")
        return Candidate(Path(given))
    name = given if given.startswith("arn:") else f"{stage.names.model_group}/{given}"
    try:
        package = stage.sagemaker.describe_model_package(ModelPackageName=name)
    except (ClientError, BotoCoreError) as error:
        raise InvalidModel(f"the registry has no {name}: {error}") from error
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    address = urlsplit(containers[0].get("ModelDataUrl", "") if containers else "")
    artefact = scratch / "candidate.tar.gz"
    if address.scheme == "s3":
        download(stage.s3, address.netloc, address.path.lstrip("/"), artefact)
    elif address.scheme == "file" and Path(unquote(address.path)).is_file():
        shutil.copyfile(unquote(address.path), artefact)
    else:
        raise InvalidModel(f"{name} has no artefact that can be fetched ({address.geturl() or 'no address'})")
    return Candidate(artefact, package["ModelPackageArn"])


def note(stage: Stage, candidate: Candidate, refused: Sequence[GateName]) -> None:
    """Tell the registry that a version went live, or by which gates it was refused; nothing for a file.

    Raises:
        PromotionFailed: the registry does not take it.
    """
    if candidate.arn is None:
        return
    why = f"refused: {', '.join(refused)}" if refused else "promoted"
    try:
        stage.sagemaker.update_model_package(
            ModelPackageArn=candidate.arn,
            ModelApprovalStatus="Rejected" if refused else "Approved",
            ApprovalDescription=why[:_WORDS],
        )
    except (ClientError, BotoCoreError) as error:
        raise PromotionFailed(f"the registry does not take that {candidate.arn} was {why}: {error}") from error
