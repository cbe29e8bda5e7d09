"""A state machine of MiniStack fails where its parameters name a value that is not there, as one of AWS does."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import stepfunctions


def patch() -> None:
    """Put this before what MiniStack does, which would pass `null` on."""
    resolve = stepfunctions._resolve_params_obj

    def resolve_parameters(template: Any, data: Any, context: Any = None) -> Any:
        if isinstance(template, dict):
            for name, path in template.items():
                if name.endswith(".$") and isinstance(path, str) and path.startswith("$.") and not there(path, data):
                    cause = f"The JSONPath '{path}' of '{name}' could not be found in the input '{json.dumps(data)}'"
                    raise stepfunctions._ExecutionError("States.ParameterPathFailure", cause)
        return resolve(template, data, context)

    stepfunctions._resolve_params_obj = resolve_parameters


def there(path: str, data: Any) -> bool:
    """Whether a path leads to a value, be it null. Of a path with a wildcard, what is before the first."""
    containers: dict[str, Any] = {"field": dict, "index": list}
    for kind, value in stepfunctions._parse_jsonpath_tokens(path) or []:
        if not isinstance(data, containers.get(kind, ())):
            return kind not in containers
        try:
            data = data[value]
        except LookupError:
            return False
    return True
