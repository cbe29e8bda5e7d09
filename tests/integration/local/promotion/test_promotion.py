"""A model goes live while people are asked about, and the one before it comes back to the last bit."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.errors import DivisaError, InvalidModel, PromotionFailed
from local.promotion import blue_green
from local.promotion.bucket import key_of, upload
from local.promotion.candidate import Candidate
from local.promotion.gates import Judged
from local.promotion.history import PROMOTED, Change, History
from local.promotion.logged import Log
from local.promotion.promoting import Promoting, Promotion
from model.promotion.gate import GateName
from model.promotion.limits import Limits
from tests.integration.local.promotion.conftest import Models, broken_after_loading
from tests.small_model import question

if TYPE_CHECKING:
    from pathlib import Path

    from local.promotion.stage import Stage

pytestmark = pytest.mark.integration

BAKE_SECONDS = 1
NOTHING_LOGGED = Log([], 0, {}, datetime(2024, 1, 1, tzinfo=UTC))


def passed(version: str) -> Promotion:
    """What the gates say of a model that none of them refuses."""
    return Promotion(Judged(version, None, ()), ())


def answers(stage: Stage) -> bytes:
    """What the endpoint says of some users, bytes of every column and of the version."""
    scores = SageMakerScorer(stage.runtime, stage.names.endpoint).score(question(50))
    columns = (scores.probabilities, scores.decisions, scores.lower, scores.upper, scores.quiet_lower, scores.inside)
    return b"".join([scores.model_version.encode(), *(column.tobytes() for column in columns)])


def promoting(stage: Stage, tmp_path: Path, bake_seconds: int = BAKE_SECONDS) -> Promoting:
    return Promoting(stage, tmp_path / "scratch", bake_seconds=bake_seconds)


@pytest.mark.usefixtures("plane")
def test_where_nothing_serves_yet_the_artefact_lies_ready(stage: Stage, models: Models, tmp_path: Path) -> None:
    done = promoting(stage, tmp_path).bring_live(Candidate(models.blue), passed(models.blue_version))

    assert done.configuration is None
    value = stage.ssm.get_parameter(Name=stage.names.history)["Parameter"]["Value"]
    assert value == done.key == key_of(models.blue.read_bytes())
    with pytest.raises(PromotionFailed, match="nothing to go back to"):
        promoting(stage, tmp_path).roll_back()


def test_rollback_restores_bit_identical_answers_and_nobody_who_asks_notices(
    serving_blue: Stage, models: Models, tmp_path: Path
) -> None:
    stage, promote = serving_blue, promoting(serving_blue, tmp_path)
    before = answers(stage)
    versions, errors = list[str](), list[Exception]()
    stop = threading.Event()
    scorer = SageMakerScorer(stage.runtime, stage.names.endpoint)

    def ask() -> None:
        while not stop.wait(0.05):
            try:
                versions.append(scorer.score(question(5)).model_version)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                errors.append(error)

    callers = [threading.Thread(target=ask) for _ in range(2)]
    for caller in callers:
        caller.start()
    done = promote.bring_live(Candidate(models.green), passed(models.green_version))
    between = answers(stage)
    taken_back = promote.roll_back()
    stop.set()
    for caller in callers:
        caller.join()

    assert blue_green.answering_version(stage) == models.blue_version == taken_back.version
    assert answers(stage) == before
    assert between != before
    assert errors == []
    assert versions[0] == models.blue_version
    assert set(versions) == {models.blue_version, models.green_version}
    # All but the artefact's address stays what the stage's template said.
    assert done.configuration is not None
    old = stage.sagemaker.describe_endpoint_config(EndpointConfigName="blue")["ProductionVariants"][0]
    new = stage.sagemaker.describe_endpoint_config(EndpointConfigName=done.configuration)["ProductionVariants"][0]
    model = stage.sagemaker.describe_model(ModelName=new["ModelName"])["PrimaryContainer"]
    assert {**old, "ModelName": new["ModelName"]} == new
    assert model["Environment"] == {"COLOUR": "blue"}
    assert model["ModelDataUrl"] == f"s3://{stage.names.models_bucket}/{done.key}"


def test_a_model_that_errs_while_the_old_one_stands_by_is_taken_back(
    serving_blue: Stage, models: Models, tmp_path: Path
) -> None:
    stage, before = serving_blue, answers(serving_blue)
    live = History(stage.ssm, stage.names.history).live_stack()
    bad = broken_after_loading(models.green, tmp_path / "bad")
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.05):
            with contextlib.suppress(DivisaError):  # the errors that ring the alarm
                SageMakerScorer(stage.runtime, stage.names.endpoint).score(question(1))

    caller = threading.Thread(target=ask)
    caller.start()
    with pytest.raises(PromotionFailed, match="automatic rollback"):
        promoting(stage, tmp_path, bake_seconds=60).bring_live(Candidate(bad), passed(models.green_version))
    stop.set()
    caller.join()

    assert answers(stage) == before
    assert History(stage.ssm, stage.names.history).live_stack() == live


def test_an_artefact_that_does_not_load_leaves_everything_as_it_was(serving_blue: Stage, tmp_path: Path) -> None:
    stage, before = serving_blue, answers(serving_blue)
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")

    with pytest.raises(PromotionFailed, match="what served before it serves on"):
        promoting(stage, tmp_path).bring_live(Candidate(tmp_path / "broken.tar.gz"), passed("v9"))

    assert answers(stage) == before


def test_an_artefact_that_was_changed_in_the_bucket_does_not_come_back(
    serving_blue: Stage, models: Models, tmp_path: Path
) -> None:
    stage = serving_blue
    upload(stage.s3, stage.names.models_bucket, models.green)
    green, blue = key_of(models.green.read_bytes()), key_of(models.blue.read_bytes())
    stage.s3.put_object(Bucket=stage.names.models_bucket, Key=green, Body=b"another")
    history = History(stage.ssm, stage.names.history)
    history.write(Change(green, PROMOTED))
    history.write(Change(blue, PROMOTED))

    with pytest.raises(InvalidModel, match="another artefact than its key says"):
        promoting(stage, tmp_path).roll_back()

    assert blue_green.answering_version(stage) == models.blue_version


def test_a_registered_version_is_rejected_with_the_gates_that_refused_it(
    serving_blue: Stage, models: Models, tmp_path: Path
) -> None:
    stage, promote = serving_blue, promoting(serving_blue, tmp_path)
    group = stage.names.model_group
    stage.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    key = upload(stage.s3, stage.names.models_bucket, models.green)
    address = f"s3://{stage.names.models_bucket}/{key}"
    stage.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": "sklearn", "ModelDataUrl": address}],
            "SupportedContentTypes": ["application/x-npy"],
            "SupportedResponseMIMETypes": ["application/x-npy"],
        },
    )

    candidate, promotion = promote.judge("1", NOTHING_LOGGED, None, Limits())
    promote.refuse(candidate, promotion)

    assert promotion.refused == (GateName.TOO_LITTLE_EVIDENCE,)
    assert promotion.judged.version == models.green_version
    assert promotion.judged.live_version == models.blue_version
    package = stage.sagemaker.describe_model_package(ModelPackageName=f"{group}/1")
    assert (package["ModelApprovalStatus"], package["ApprovalDescription"]) == (
        "Rejected",
        "refused: too_little_evidence",
    )
    with pytest.raises(PromotionFailed, match="too_little_evidence"):
        promote.bring_live(candidate, promotion)
