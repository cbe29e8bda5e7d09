"""Small pipelines of programs that are written down here, and a registry that only remembers."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.retraining.definition import parameters_of
from local.retraining.execution import Ended, Execution
from local.retraining.storage import FolderStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADD = """
import json, pathlib, sys
taken, left, more = sys.argv[1:]
total = sum(int(path.read_text()) for path in pathlib.Path(taken).rglob("*.txt"))
print("adding", more, flush=True)
pathlib.Path(left, "sum.json").write_text(json.dumps({"sum": total + int(more), "of": {"files": 1}}))
"""
TRAIN = """
import json, os, pathlib, sys
taken = json.loads(pathlib.Path(os.environ["SM_CHANNEL_NUMBERS"], "sum.json").read_text())
model = pathlib.Path(os.environ["SM_MODEL_DIR"])
model.mkdir(parents=True)
(model / "weight.txt").write_text(f"{taken.get('sum')} {sys.argv[1:]} {os.environ['COLOUR']}")
"""
FAILING = "import sys; sys.exit('the data are not what they were')"


@dataclass
class RememberedRegistry:
    """What was registered."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    def register(self, request: dict[str, Any]) -> str:
        self.requests.append(request)
        return f"arn:model-package/{len(self.requests)}"

    def knows(self, arn: str) -> bool:
        return int(arn.rpartition("/")[2]) <= len(self.requests)


@dataclass
class Laptop:
    """Where a pipeline runs."""

    folder: Path
    registry: RememberedRegistry = field(default_factory=RememberedRegistry)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FolderStore(self.folder / "s3")
        self.number(3)
        self.code()

    def number(self, value: int) -> None:
        self._file("s3/lake/numbers/first.txt", str(value).encode())

    def code(self, add: str = ADD, train: str = TRAIN) -> None:
        self._file("s3/models/code/add.py", add.encode())
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo("teach/train.py")
            entry.size = len(train)
            archive.addfile(entry, io.BytesIO(train.encode()))
        self._file("s3/models/code/sourcedir.tar.gz", packed.getvalue())

    def run(self, report: Callable[[str], None] | None = None, **parameters: Any) -> Ended:
        """Run the pipeline below."""
        known = parameters_of(DEFINITION, parameters)
        execution = Execution(known, self.store, self.folder, self.registry, report or self.said.append)
        return execution.run(DEFINITION)

    def _file(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _taken(name: str, uri: Any) -> dict[str, Any]:
    return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/input/{name}"}}


_RUN = {"Std:Join": {"On": "/", "Values": ["s3://models/runs", {"Get": "Execution.PipelineExecutionId"}]}}
_SUM = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Add.PropertyFiles.Sum"}, "Path": "sum"}}
_SUM_ADDRESS = {"Get": "Steps.Add.ProcessingOutputConfig.Outputs['sum'].S3Output.S3Uri"}

DEFINITION: dict[str, Any] = {
    "Parameters": [
        {"Name": "More", "Type": "Integer", "DefaultValue": 2},
        {"Name": "Most", "Type": "Integer", "DefaultValue": 9},
        {"Name": "Numbers", "Type": "String", "DefaultValue": "s3://lake/numbers/"},
    ],
    "Steps": [
        {
            "Name": "Add",
            "Type": "Processing",
            "Description": "Numbers to their sum",
            "Arguments": {
                "AppSpecification": {
                    "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/add.py"],
                    "ContainerArguments": [
                        "/opt/ml/processing/input/numbers",
                        "/opt/ml/processing/output/sum",
                        {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.More"}]}},
                    ],
                },
                "ProcessingInputs": [
                    _taken("code", "s3://models/code/add.py"),
                    _taken("numbers", {"Get": "Parameters.Numbers"}),
                ],
                "ProcessingOutputConfig": {
                    "Outputs": [
                        {
                            "OutputName": "sum",
                            "S3Output": {"S3Uri": _RUN, "LocalPath": "/opt/ml/processing/output/sum"},
                        }
                    ]
                },
            },
            "PropertyFiles": [{"PropertyFileName": "Sum", "OutputName": "sum", "FilePath": "sum.json"}],
        },
        {
            "Name": "Teach",
            "Type": "Training",
            "Arguments": {
                "InputDataConfig": [
                    {"ChannelName": name, "DataSource": {"S3DataSource": {"S3Uri": uri}}}
                    for name, uri in (("numbers", _SUM_ADDRESS), ("code", "s3://models/code/"))
                ],
                "HyperParameters": {
                    "rounds": "7",
                    "sagemaker_program": "teach/train.py",
                    "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
                },
                "OutputDataConfig": {"S3OutputPath": _RUN},
                "Environment": {"COLOUR": "blue"},
            },
        },
        {
            "Name": "SmallEnough",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [
                    {"Type": "LessThan", "LeftValue": _SUM, "RightValue": {"Get": "Parameters.Most"}},
                ],
                "IfSteps": [
                    {
                        "Name": "Register",
                        "Type": "RegisterModel",
                        "Arguments": {
                            "ModelPackageGroupName": "numbers",
                            "ModelDataUrl": {"Get": "Steps.Teach.ModelArtifacts.S3ModelArtifacts"},
                        },
                    }
                ],
                "ElseSteps": [
                    {
                        "Name": "Refuse",
                        "Type": "Fail",
                        "Arguments": {"ErrorMessage": {"Std:Join": {"On": "", "Values": ["too large: ", _SUM]}}},
                    }
                ],
            },
        },
    ],
}
