"""The state machine that keeps the lake up at night, from which `upkeep.json` is made.

Its parts are steps of the job that runs take, which wait for each other. CloudFormation fills in what stands between
`${` and `}`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from infra.loading.machine import failing, step_state
from lake.upkeep.upkeep import Part

DEFINITION: Final = Path(__file__).with_name("upkeep.json")


def definition() -> dict[str, Any]:
    """The definition, as Step Functions takes it."""
    names = [part.value.capitalize() for part in Part]
    return {
        "Comment": "People erased, old rows gone, training files written, files put together, old states forgotten",
        "StartAt": names[0],
        "States": {
            **{
                name: step_state(part.value, following)
                for part, name, following in zip(Part, names, [*names[1:], ""], strict=True)
            },
            **failing("The upkeep of the lake failed", "The upkeep"),
        },
    }


def text() -> str:
    """The file's content."""
    return json.dumps(definition(), indent=2) + "\n"
