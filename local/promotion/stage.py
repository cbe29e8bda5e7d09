"""Which deployment a promotion is about, and the clients to reach it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker_runtime.client import SageMakerRuntimeClient
    from mypy_boto3_ssm.client import SSMClient

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Names:
    """What a promotion touches, by name.

    Attributes:
        stage: for example `prod`.
        endpoint: the model's endpoint.
        models_bucket: where artefacts lie.
        lake_bucket: where decisions are logged.
        table_prefix: of the tables; the ledger's is among them.
    """

    stage: str
    endpoint: str
    models_bucket: str
    lake_bucket: str
    table_prefix: str

    @property
    def history(self) -> str:
        """The parameter whose value is the key of the artefact that is live."""
        return f"/divisa/{self.stage}/model-key"

    @property
    def model_group(self) -> str:
        """The registry's group."""
        return f"divisa-{self.stage}-decisions"


class Stage:
    """The clients of a stage, made when they are asked for; closed with it."""

    def __init__(
        self, names: Names, settings: Mapping[str, Mapping[str, Any]] | None = None, *, is_local: bool = False
    ) -> None:
        """The names of what is touched, by service what `boto3.client` is given, and whether it is the laptop cloud."""
        self.names = names
        self.is_local = is_local
        self._settings = settings or {}
        self._clients: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> Stage:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the clients."""
        self._open.close()

    @property
    def sagemaker(self) -> SageMakerClient:
        """The control plane."""
        client: SageMakerClient = self._client("sagemaker")
        return client

    @property
    def runtime(self) -> SageMakerRuntimeClient:
        """The endpoint itself; it does not retry, since a failed answer is a finding."""
        client: SageMakerRuntimeClient = self._client(
            "sagemaker-runtime", config=Config(retries={"total_max_attempts": 1}, read_timeout=30)
        )
        return client

    @property
    def s3(self) -> S3Client:
        """The object store."""
        client: S3Client = self._client("s3")
        return client

    @property
    def ssm(self) -> SSMClient:
        """The parameters."""
        client: SSMClient = self._client("ssm")
        return client

    def _client(self, service: str, **more: Any) -> Any:
        if service not in self._clients:
            make: Any = boto3.client
            made = make(service, **self._settings.get(service, {}), **more)
            self._clients[service] = self._open.enter_context(closing(made))
        return self._clients[service]


def open_stage(stage: str | None) -> Stage:
    """A stage on AWS, with the credentials of the shell; the running laptop cloud for None.

    Raises:
        LaptopCloudError: the laptop cloud does not run.
        StoreUnavailable: there is no such stage, or AWS does not answer.
    """
    if stage is None:
        from local import cloud

        running = cloud.running()
        deployed, at = running.deployment, running.addresses
        names = Names(
            LOCAL,
            deployed.endpoint_name,
            deployed.models_bucket_name,
            deployed.lake_bucket_name,
            deployed.table_prefix,
        )
        services = ("sagemaker", "sagemaker-runtime", "s3", "ssm")
        return Stage(names, {service: dict(at.client_settings(service)) for service in services}, is_local=True)
    return Stage(_names_on_aws(stage))


def _names_on_aws(stage: str) -> Names:
    try:
        with closing(boto3.client("cloudformation")) as cloudformation:
            stack = cloudformation.describe_stacks(StackName=f"divisa-{stage}")["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"the stage {stage}: {error}") from error
    outputs = {out["OutputKey"]: out["OutputValue"] for out in stack.get("Outputs", [])}
    wanted = ("EndpointName", "ModelsBucketName", "LakeBucketName", "TablePrefix")
    if absent := [key for key in wanted if key not in outputs]:
        raise LaptopCloudError("deployment", f"the stack divisa-{stage} lacks the outputs {', '.join(absent)}")
    return Names(stage, *(outputs[key] for key in wanted))
