"""How functions are compiled: once, to machine code, kept where the next copy of this package finds it again.

Numba keeps machine code beside the source, by path. This package is unpacked with every model into a new folder, so its
code is kept by content: in a folder named after a hash of the package's sources and name and of everything that made
the code. Two copies share it, and nothing that is found there can be stale.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache, _CacheLocator
from numba.core.registry import cpu_target

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F")


def compiled(signature: Any = None, *, allocates: bool = False) -> Callable[[F], F]:
    """Decorator: compile to machine code, at once for the types of a signature, else for those of each call.

    What has a signature is kept on disk, together with all that it calls. No fast-math: products and sums round as
    numpy's do. A function that makes no arrays of its own is compiled without the counting of references, which would
    cost more than all the rest.
    """
    njit: Any = numba.njit
    jit = njit(nogil=True, error_model="numpy", _nrt=allocates)

    def compile_(function: F) -> F:
        made = jit(function)
        if signature is not None:
            kept: Any = _Cache if _folder() else NullCache
            made._cache = kept(function)
            made.compile(signature)
            made.disable_compile()
        return cast("F", made)

    return compile_


@cache
def _folder() -> Path | None:
    """Where machine code is kept: under NUMBA_CACHE_DIR or the user's cache; None where the user has no home."""
    chosen, of_user = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError):
        kept = Path(chosen) if chosen else (Path(of_user) if of_user else Path.home() / ".cache") / "divisa"
        return kept / _key()
    return None


def _key() -> str:
    """Of all that machine code depends on: sources, the name that types are found by, compiler, processor."""
    made_by = [__package__, numba.__version__, version("llvmlite"), np.__version__, platform.python_version()]
    made_for = cpu_target.target_context.codegen().magic_tuple()
    digest = hashlib.sha256(repr((made_by, made_for)).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    return f"{__package__}-{digest.hexdigest()[:32]}"


class _Locator(_CacheLocator):
    """A folder for one state of the sources, where a function has one file."""

    @classmethod
    def from_function(cls, py_func: Any, py_file: Any) -> _Locator:
        return cls()

    def get_cache_path(self) -> str:
        return str(_folder())

    def ensure_cache_path(self) -> None:
        Path(self.get_cache_path()).mkdir(mode=0o700, parents=True, exist_ok=True)

    def get_source_stamp(self) -> str:
        return ""

    def get_disambiguator(self) -> str:
        return ""


class _Located(CompileResultCacheImpl):
    _locator_classes: list[Any] = [_Locator]


class _Cache(FunctionCache):
    """Numba's cache of a function in that folder, which may be read-only, full or damaged: then it is compiled anew.

    Files are put into place whole, and a function has one signature, so that processes which compile at the same time
    write the same.
    """

    _impl_class = _Located

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        kept: Any = super()
        try:
            return kept.load_overload(sig, target_context)
        except OSError:
            return None
        except (EOFError, ValueError, pickle.UnpicklingError):
            with suppress(OSError):
                kept.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        kept: Any = super()
        with suppress(OSError):
            kept.save_overload(sig, data)
