"""Moving the endpoint to an artefact, blue/green, and seeing that it answers with it.

Model and configuration are copied from those that serve, with nothing changed but the artefact's address, so what a
stage's template says of instances, keys, roles and data capture stays in force.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError

from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.errors import InvalidModel, PromotionFailed, ScorerUnavailable
from divisa.domain.features import QUESTION_NAMES, question_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sagemaker.type_defs import DeploymentConfigTypeDef, DescribeEndpointOutputTypeDef

    from local.promotion.stage import Stage

BAKE_SECONDS: Final = 300
"""On AWS, how long the old fleet stands by: the alarm needs two minutes to be sure."""
LOCAL_BAKE_SECONDS: Final = 5
_PATIENCE_SECONDS: Final = 3600.0
_POLL_SECONDS, _LOCAL_POLL_SECONDS = 5.0, 0.1
_LOG_PRICE: Final = 3.0
_MODEL_FIELDS: Final = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
_CONFIG_FIELDS: Final = ("KmsKeyId", "DataCaptureConfig", "VpcConfig", "EnableNetworkIsolation", "ExecutionRoleArn")


class Serving(NamedTuple):
    """What an endpoint serves.

    Attributes:
        configuration: its name.
        bucket, key: where the artefact lies.
    """

    configuration: str
    bucket: str
    key: str


def serving(stage: Stage) -> Serving | None:
    """What the endpoint serves, once no change is under way; None where there is no endpoint that serves.

    Raises:
        PromotionFailed: the control plane does not answer, or the artefact lies in no bucket.
    """
    try:
        now = _settled(stage, lambda status: None)
        if now is None or now["EndpointStatus"] != "InService":
            return None
        configuration = now["EndpointConfigName"]
        address = str(_container(stage, configuration).get("ModelDataUrl", ""))
    except (ClientError, BotoCoreError) as error:
        raise PromotionFailed(f"the endpoint {stage.names.endpoint} cannot be asked what it serves: {error}") from error
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not key:
        raise PromotionFailed(f"{configuration} serves {address or 'nothing'}, which lies in no bucket")
    return Serving(configuration, bucket, key)


def move(
    stage: Stage,
    key: str,
    version: str,
    *,
    watched: bool,
    bake_seconds: int | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> str:
    """Have the endpoint serve an artefact of the models bucket; returns the name of its configuration.

    Args:
        stage: whose endpoint.
        key: of the artefact.
        version: of the model that has to answer then.
        watched: whether the alarm of errors takes the new fleet back while the old one stands by. A rollback must not
            be: the alarm that led to it may still ring.
        bake_seconds: how long the old fleet stands by; None for what suits the stage.
        on_stage: told in words what begins.

    Raises:
        PromotionFailed: the endpoint does not serve it; it serves what it served before.
    """
    names = stage.names
    try:
        now = _settled(stage, on_stage)
        if now is None:
            raise PromotionFailed(f"there is no endpoint {names.endpoint}")
        made = _configure(stage, now["EndpointConfigName"], f"s3://{names.models_bucket}/{key}")
        on_stage(f"Moving {names.endpoint} to {version}")
        stage.sagemaker.update_endpoint(
            EndpointName=names.endpoint,
            EndpointConfigName=made,
            RetainAllVariantProperties=True,  # As many instances as auto-scaling has made of the template's.
            DeploymentConfig=_deployment(stage, watched, bake_seconds),
        )
        now = _settled(stage, on_stage)
    except (ClientError, BotoCoreError) as error:
        raise PromotionFailed(f"the endpoint was not moved: {error}") from error
    if now is None or now["EndpointStatus"] != "InService" or now["EndpointConfigName"] != made:
        reason = now.get("FailureReason", "no reason given") if now is not None else "the endpoint is gone"
        raise PromotionFailed(f"{version} does not serve, and what served before it serves on: {reason}")
    if (answering := answering_version(stage)) != version:
        raise PromotionFailed(f"{names.endpoint} answers with {answering} and not with {version}")
    return made


def answering_version(stage: Stage) -> str:
    """The version of the model that answers at the endpoint, asked about somebody of whom nothing is known.

    Raises:
        PromotionFailed: it does not answer.
    """
    row = np.full((1, len(QUESTION_NAMES)), np.nan)
    row[0, 0] = _LOG_PRICE
    try:
        return SageMakerScorer(stage.runtime, stage.names.endpoint).score(question_of_rows(row)).model_version
    except (ScorerUnavailable, InvalidModel) as error:
        raise PromotionFailed(f"the endpoint serves and does not answer: {error}") from error


def _configure(stage: Stage, like: str, address: str) -> str:
    """A model and a configuration as those of another one, of a name that nobody had."""
    sagemaker = stage.sagemaker
    configuration: dict[str, Any] = dict(sagemaker.describe_endpoint_config(EndpointConfigName=like))
    model: dict[str, Any] = dict(sagemaker.describe_model(ModelName=_model_name(configuration)))
    digest = address.rpartition("/")[0].rpartition("/")[2]
    name = f"{stage.names.endpoint}-{digest}-{datetime.now(UTC):%y%m%d%H%M%S}"[:63].rstrip("-")
    container: Any = {**_container_of(model), "ModelDataUrl": address}
    container.pop("ModelDataSource", None)
    sagemaker.create_model(
        ModelName=name, PrimaryContainer=container, **{field: model[field] for field in _MODEL_FIELDS if field in model}
    )
    variants: Any = [{**variant, "ModelName": name} for variant in configuration["ProductionVariants"]]
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=variants,
        **{field: configuration[field] for field in _CONFIG_FIELDS if field in configuration},
    )
    return name


def _deployment(stage: Stage, watched: bool, bake_seconds: int | None) -> DeploymentConfigTypeDef:
    wait = bake_seconds if bake_seconds is not None else LOCAL_BAKE_SECONDS if stage.is_local else BAKE_SECONDS
    deployment: DeploymentConfigTypeDef = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": wait if watched else 0},
            "TerminationWaitInSeconds": wait,
        }
    }
    if watched:
        alarm = f"divisa-{stage.names.stage}-endpoint-errors"
        deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": alarm}]}
    return deployment


def _settled(stage: Stage, on_stage: Callable[[str], None]) -> DescribeEndpointOutputTypeDef | None:
    """The endpoint once no change is under way; None where there is none."""
    deadline, said = time.monotonic() + _PATIENCE_SECONDS, ""
    while True:
        try:
            now = stage.sagemaker.describe_endpoint(EndpointName=stage.names.endpoint)
        except ClientError as error:
            if "Could not find" in str(error):
                return None
            raise
        status = now["EndpointStatus"]
        if not status.endswith("ing"):
            return now
        if time.monotonic() > deadline:
            raise PromotionFailed(f"{stage.names.endpoint} is still {status} after an hour")
        if status != said:
            on_stage(f"{stage.names.endpoint} is {status}")
            said = status
        time.sleep(_LOCAL_POLL_SECONDS if stage.is_local else _POLL_SECONDS)


def _container(stage: Stage, configuration: str) -> dict[str, Any]:
    described: dict[str, Any] = dict(stage.sagemaker.describe_endpoint_config(EndpointConfigName=configuration))
    return _container_of(dict(stage.sagemaker.describe_model(ModelName=_model_name(described))))


def _model_name(configuration: dict[str, Any]) -> str:
    return str(configuration["ProductionVariants"][0]["ModelName"])


def _container_of(model: dict[str, Any]) -> dict[str, Any]:
    return dict(model.get("PrimaryContainer") or model["Containers"][0])
