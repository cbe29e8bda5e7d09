"""Changes a module of MiniStack when MiniStack first imports it, so that its start waits for nothing."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class WhenImported:
    """Calls something once, as soon as a module has been imported. One of Python's finders of modules.

    Args:
        module: its full name.
        then: called after it has been imported; may import it.
    """

    def __init__(self, module: str, then: Callable[[], None]) -> None:
        self._module = module
        self._then = then

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Where the module is, with what has to be done after its import."""
        if name != self._module:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self._then()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def when_imported(module: str, then: Callable[[], None]) -> None:
    """Call something as soon as a module that nobody has imported yet has been imported."""
    sys.meta_path.insert(0, WhenImported(module, then))
