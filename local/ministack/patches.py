"""Which module of MiniStack is changed by which of ours."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from local.ministack.patching import when_imported

PATCHES = {
    "ministack.services.glue": ("glue_jobs", "glue_crawlers"),
    "ministack.services.stepfunctions": ("waiting_tasks", "missing_values", "throttled_calls"),
    "ministack.services.firehose": ("firehose",),
    "ministack.services.athena": ("athena_queries",),
    "ministack.services.cloudformation.provisioners": ("stack_resources",),
}
"""The names of our modules, each with a function `patch`, by the module of MiniStack that they change."""


def install() -> None:
    """Have every change made when MiniStack imports what it changes."""
    for module, ours in PATCHES.items():
        when_imported(module, partial(_patch, ours))


def _patch(names: tuple[str, ...]) -> None:
    for name in names:
        import_module(f"local.ministack.{name}").patch()
