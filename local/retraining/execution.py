"""A definition executed, step after step. What a step was made of before is not made again.

A step's key is a hash of what goes into it: its arguments, the content of the files that it takes, the keys of the
steps that it takes from, and the versions of what it computes with. The key stands for the execution's id in the
addresses that it writes to, so other inputs lead to other addresses, and equal ones to what is there already.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from local.json_file import replace_json
from local.retraining.conditions import all_hold
from local.retraining.errors import RetrainingFailed
from local.retraining.expressions import Known, resolve
from local.retraining.jobs import Jobs, read_property_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.retraining.storage import FolderStore

JsonObject = dict[str, Any]
_KEY_LENGTH = 16
_INPUTS = {"ProcessingInputs", "InputDataConfig"}
_COMPUTES_WITH = ("joblib", "numpy", "scikit-learn")


class Registry(Protocol):
    """Where versions are registered."""

    def register(self, request: JsonObject) -> str:
        """Register a version by a request as CreateModelPackage takes it; its ARN."""
        ...

    def knows(self, arn: str) -> bool:
        """Whether a version is registered."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """How an execution ended.

    Attributes:
        registered: ARN of the version, None when there is none.
        refused: what a Fail step said, None when none was met.
        ran: names of the steps that were carried out.
        kept: names of those that had been before.
        known: what is known of all of them.
    """

    registered: str | None
    refused: str | None
    ran: tuple[str, ...]
    kept: tuple[str, ...]
    known: Known


@dataclass(slots=True)
class Execution:
    """One run through a definition.

    Attributes:
        parameters: values of all its parameters.
        store: where inputs and outputs lie.
        folder: for what steps work in, their logs, and the records of what is done.
        registry: where a RegisterModel step registers.
        report: told in words what begins.
    """

    parameters: JsonObject
    store: FolderStore
    folder: Path
    registry: Registry
    report: Callable[[str], None] = lambda line: None
    _known: Known = field(init=False)
    _keys: dict[str, str] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
    _ran: list[str] = field(default_factory=list)
    _kept: list[str] = field(default_factory=list)
    _registered: str | None = None
    _refused: str | None = None

    def __post_init__(self) -> None:
        self._known = Known(self.parameters)

    def run(self, definition: JsonObject) -> Ended:
        """Carry the steps out, in the order in which they stand.

        Raises:
            RetrainingFailed: a step failed. What was done before it is kept, so that the next run goes on there.
        """
        self._steps(definition["Steps"])
        return Ended(self._registered, self._refused, tuple(self._ran), tuple(self._kept), self._known)

    def _steps(self, steps: list[JsonObject]) -> None:
        for step in steps:
            if self._refused is not None:
                return
            if step["Type"] == "Condition":
                branch = step["Arguments"]
                holds = all_hold(branch["Conditions"], self._known.lookup(""))
                self._steps(branch["IfSteps" if holds else "ElseSteps"])
            elif step["Type"] == "Fail":
                self._refused = str(resolve(step["Arguments"]["ErrorMessage"], self._known.lookup("")))
            else:
                self._once(step)

    def _once(self, step: JsonObject) -> None:
        name, key = step["Name"], self._key(step)
        self._keys[name] = key
        record = self.folder / "records" / f"{name}-{key}.json"
        described = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else None
        if described is not None and self._still_there(step, described):
            self.report(f"{name}: done before")
            self._kept.append(name)
        else:
            described = self._carried_out(step, resolve(step["Arguments"], self._known.lookup(key)))
            record.parent.mkdir(parents=True, exist_ok=True)
            replace_json(record, described)
            self._ran.append(name)
        self._known.steps[name] = described
        if step["Type"] == "RegisterModel":
            self._registered = described["ModelPackageArn"]
        for each in step.get("PropertyFiles", []):
            self._known.files[name, each["PropertyFileName"]] = self._property_file(name, described, each)

    def _carried_out(self, step: JsonObject, arguments: JsonObject) -> JsonObject:
        name = step["Name"]
        self.report(f"{name}: {step.get('Description', step['Type'])}")
        jobs = Jobs(self.store, self.folder / "jobs", lambda line: self.report(f"{name}: {line}"))
        match step["Type"]:
            case "Processing":
                return jobs.process(name, arguments)
            case "Training":
                return jobs.train(name, arguments)
            case "RegisterModel":
                return {"ModelPackageArn": self.registry.register(self._with_files(arguments))}
            case other:
                raise RetrainingFailed(name, f"the laptop does not know steps of the type {other}")

    def _key(self, step: JsonObject) -> str:
        def identify(path: list[str]) -> Any:
            if path[0] == "Steps" and "PropertyFiles" not in path:
                return "/".join([self._keys[path[1]], *path[2:]])
            return self._known.lookup("")(path)

        arguments = resolve(step["Arguments"], identify)
        for inputs in _INPUTS & arguments.keys():
            arguments[inputs] = self._contents_of(arguments[inputs])
        made_of = [step["Type"], arguments, platform.python_version()]
        made_of += [version(package) for package in _COMPUTES_WITH]
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:_KEY_LENGTH]

    def _contents_of(self, value: Any) -> Any:
        """Inputs, with a hash of what lies there for each address."""
        if isinstance(value, dict):
            return {name: self._contents_of(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._contents_of(each) for each in value]
        if not (isinstance(value, str) and value.startswith(("s3://", "file://"))):
            return value
        if value not in self._contents:
            self._contents[value] = self.store.digest(value)
        return self._contents[value]

    def _still_there(self, step: JsonObject, described: JsonObject) -> bool:
        if step["Type"] == "RegisterModel":
            return self.registry.knows(described["ModelPackageArn"])
        return all(self.store.holds(address) for address in _addresses(described))

    def _property_file(self, name: str, described: JsonObject, wanted: dict[str, str]) -> Any:
        try:
            return read_property_file(self.store, described, wanted)
        except (OSError, ValueError) as cause:
            raise RetrainingFailed(name, f"left no {wanted['FilePath']} that can be read: {cause}") from cause

    def _with_files(self, value: Any) -> Any:
        """A request whose addresses the laptop's endpoint plane can read, whether or not there is an S3."""
        if isinstance(value, dict):
            return {name: self._with_files(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._with_files(each) for each in value]
        if isinstance(value, str) and value.startswith("s3://"):
            return self.store.path(value).as_uri()
        return value


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _addresses(each)
    elif isinstance(value, str) and value.startswith("s3://"):
        yield value
