"""What notebooks use of AWS, as far as it can be without an account: a bucket in a folder, and a pipeline that runs."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.promotion.stage import Names

EXECUTION = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/divisa-prod-retraining/execution/e1"


@dataclass
class FolderS3:
    """Buckets as folders."""

    root: Path
    fetched: list[str] = field(default_factory=list)

    def put(self, bucket: str, key: str, text: str) -> None:
        path = self.root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def delete(self, bucket: str, key: str) -> None:
        (self.root / bucket / key).unlink()

    def get_paginator(self, operation: str) -> FolderS3:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        home = self.root / Bucket
        for path in sorted(path for path in home.rglob("*") if path.is_file()):
            key = path.relative_to(home).as_posix()
            if key.startswith(Prefix):
                yield {"Contents": [{"Key": key, "ETag": hashlib.sha256(path.read_bytes()).hexdigest()}]}

    def download_file(self, bucket: str, key: str, target: str) -> None:
        self.fetched.append(key)
        shutil.copyfile(self.root / bucket / key, target)


@dataclass
class Pipelines:
    """The operations of SageMaker that have to do with one run of a pipeline.

    Attributes:
        looks: what each look at the run finds: its status, and the steps that there are by then.
        started: the requests that started it.
    """

    looks: list[tuple[str, list[dict[str, Any]]]]
    started: list[dict[str, Any]] = field(default_factory=list)
    _now: int = -1

    def start_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        return {"PipelineExecutionArn": EXECUTION}

    def describe_pipeline_execution(self, *, PipelineExecutionArn: str) -> dict[str, Any]:  # noqa: N803
        assert PipelineExecutionArn == EXECUTION
        self._now += 1
        return {"PipelineExecutionStatus": self.looks[self._now][0]}

    def get_paginator(self, operation: str) -> Pipelines:
        assert operation == "list_pipeline_execution_steps"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        assert request == {"PipelineExecutionArn": EXECUTION, "SortOrder": "Ascending"}
        return [{"PipelineExecutionSteps": [step]} for step in self.looks[self._now][1]]

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803
        address = f"s3://models/retraining/runs/{TrainingJobName}/output/model.tar.gz"
        return {"ModelArtifacts": {"S3ModelArtifacts": address}}


class StageOnAws(AbstractContextManager["StageOnAws"]):
    """A stage with these clients."""

    def __init__(self, names: Names, *, s3: Any = None, sagemaker: Any = None) -> None:
        self.names = names
        self.s3 = s3
        self.sagemaker = sagemaker

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""
