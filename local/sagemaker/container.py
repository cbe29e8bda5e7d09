"""`python -m local.sagemaker.container`: what runs in a SageMaker container, as a plain process.

It honours the container contract: `GET /ping` and `POST /invocations` on port `SAGEMAKER_BIND_TO_PORT` (8080), a model
unpacked in `SM_MODEL_DIR` (/opt/ml/model), and `code/inference.py` in it with `model_fn`, `input_fn`, `predict_fn` and
`output_fn`. A model that does not load ends the process: its last words are in the log.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from divisa.domain.errors import InvalidModel
from local.sagemaker.serving import serve

if TYPE_CHECKING:
    from types import ModuleType

    from starlette.requests import Request

log = logging.getLogger(__name__)

ENDS_WITH_STDIN = "--ends-with-stdin"
_FUNCTIONS = ("model_fn", "input_fn", "predict_fn", "output_fn")
_INLINE_BYTES = 4096
"""Smaller bodies are scored at once: handing them to a thread costs more than scoring them."""


class InvalidInvocation(InvalidModel):
    """The inference code could not read an invocation's body, or refused what it read."""


class Inference:
    """A loaded model with the code that came with it.

    Args:
        model_dir: the unpacked artefact.

    Raises:
        InvalidModel: there is no `code/inference.py`, or it lacks a function.
        Exception: whatever its own code raises while loading.
    """

    def __init__(self, model_dir: Path) -> None:
        self._code = _load_code(model_dir / "code" / os.environ.get("SAGEMAKER_PROGRAM", "inference.py"))
        missing = [name for name in _FUNCTIONS if not callable(getattr(self._code, name, None))]
        if missing:
            raise InvalidModel(f"code/inference.py has no {', '.join(missing)}")
        self._model = self._code.model_fn(str(model_dir))

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes | str, str]:
        """Score one body.

        Returns:
            The answer and its content type.

        Raises:
            InvalidInvocation: the inference code refused the body, what it says, or a content type.
            Exception: whatever else its code raises.
        """
        try:
            batch = self._code.input_fn(body, content_type)
        except (ValueError, TypeError, KeyError) as cause:
            raise InvalidInvocation(str(cause)) from cause
        try:
            scored: Any = self._code.output_fn(self._code.predict_fn(batch, self._model), accept)
        except ValueError as cause:
            raise InvalidInvocation(str(cause)) from cause
        if isinstance(scored, tuple):
            return scored[0], scored[1]
        return scored, accept


def application(inference: Inference) -> Starlette:
    """The two routes of the contract."""

    async def ping(_: Request) -> Response:
        return Response(status_code=200)

    async def invocations(request: Request) -> Response:
        body = await request.body()
        content_type = request.headers.get("content-type") or "application/json"
        accept = request.headers.get("accept") or "*/*"
        if accept == "*/*":
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        try:
            if len(body) <= _INLINE_BYTES:
                content, answered_type = inference.answer(body, content_type, accept)
            else:
                content, answered_type = await run_in_threadpool(inference.answer, body, content_type, accept)
        except InvalidInvocation as cause:
            return Response(str(cause), 415 if "unsupported" in str(cause).lower() else 400, media_type="text/plain")
        except Exception as cause:
            log.exception("invocation failed")
            return Response(f"{type(cause).__name__}: {cause}", 500, media_type="text/plain")
        return Response(content, 200, {"content-type": answered_type})

    return Starlette(
        routes=[Route("/ping", ping, methods=["GET"]), Route("/invocations", invocations, methods=["POST"])]
    )


def main() -> int:
    """Load the model and serve it until SIGTERM.

    Returns:
        The exit code: 0 after a signal, 1 when the model did not load.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if ENDS_WITH_STDIN in sys.argv[1:]:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    model_dir = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    try:
        inference = Inference(model_dir)
    except Exception:
        log.exception("the model does not load")
        return 1
    serve(application(inference), int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")))
    return 0


def _load_code(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("inference", path)
    if spec is None or spec.loader is None or not path.exists():
        raise InvalidModel(f"the artefact has no code/{path.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["inference"] = module
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    return module


def _end_with_stdin() -> None:
    """End the process when the other end of stdin closes: its parent is gone, however it went."""
    # Not through sys.stdin: its lock, held here, would be fatal to an ordinary exit.
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
