"""The values of a pipeline's definition that are only known when it runs.

{"Get": "Parameters.Seed"}                          a parameter
{"Get": "Execution.PipelineExecutionId"}            this execution
{"Get": "Steps.Train.ModelArtifacts.S3…"}           what a step is described by once it is done
{"Std:JsonGet": {"PropertyFile": …, "Path": "ece"}} a value of a JSON file that a step left
{"Std:Join": {"On": "/", "Values": […]}}            text put together
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.retraining.errors import RetrainingFailed

Lookup = Callable[[list[str]], Any]
_NAMES = re.compile(r"[^.\[\]']+")


@dataclass(slots=True)
class Known:
    """What is known so far.

    Attributes:
        parameters: their values, by name.
        steps: by name of a step that is done, what it is described by.
        files: by name of a step and of a property file, the file's content.
    """

    parameters: dict[str, Any]
    steps: dict[str, Any] = field(default_factory=dict)
    files: dict[tuple[str, str], Any] = field(default_factory=dict)

    def lookup(self, execution_id: str) -> Lookup:
        """Looks up what a `Get` names, in an execution of that id."""

        def look(path: list[str]) -> Any:
            kind, *rest = path
            if kind == "Execution":
                return execution_id
            if len(rest) > 2 and rest[1] == "PropertyFiles":
                return self.files[rest[0], rest[2]]
            return _follow({"Parameters": self.parameters, "Steps": self.steps}[kind], rest)

        return look


def resolve(value: Any, look: Lookup) -> Any:
    """A value with all expressions in it evaluated.

    Raises:
        RetrainingFailed: one of them is of a kind that this does not know, or names what there is not.
    """
    if isinstance(value, list):
        return [resolve(each, look) for each in value]
    if not isinstance(value, dict):
        return value
    [first, *others] = value or [""]
    try:
        if first == "Get" and not others:
            return look(_NAMES.findall(value["Get"]))
        if first == "Std:Join":
            return value[first]["On"].join(str(resolve(each, look)) for each in value[first]["Values"])
        if first == "Std:JsonGet":
            return _follow(resolve(value[first]["PropertyFile"], look), _NAMES.findall(value[first]["Path"]))
    except (KeyError, TypeError) as cause:
        raise RetrainingFailed("definition", f"{value} names what there is not: {cause}") from cause
    if first.startswith("Std:"):
        raise RetrainingFailed("definition", f"the laptop does not know {first}")
    return {name: resolve(each, look) for name, each in value.items()}


def _follow(value: Any, names: list[str]) -> Any:
    for name in names:
        value = value[name]
    return value
