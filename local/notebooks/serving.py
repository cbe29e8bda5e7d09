"""A place to promote to: an endpoint plane on loopback with a model of its own, or a stage on AWS."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.features import question_of_rows
from local import endpoint, parts
from local.ministack import environment
from local.notebooks.learning import learn
from local.notebooks.setting import Where
from local.processes import Supervisor
from local.promotion import logged
from local.promotion.logged import Log
from local.promotion.stage import LOCAL, Names, Stage, open_stage
from model.matrix import Part
from model.promotion.evidence import questions_of_features
from model.training_set import build_training_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.features import Question
    from divisa.ports import Scores
    from local.addresses import Addresses
    from local.notebooks.setting import Setting
    from model.training_files import TrainingFiles

ASKED: Final = 500
"""Users that the endpoint is asked about, to compare its answers."""
_SERVICES: Final = ("sagemaker", "sagemaker-runtime", "s3", "ssm")


@dataclass(frozen=True, slots=True)
class _Names:
    """What is served on loopback, by the names that a deployment has for it."""

    endpoint_name: str = "divisa-notebook-decisions"
    models_bucket_name: str = "divisa-notebook-models"
    lake_bucket_name: str = "divisa-notebook-lake"


@dataclass(frozen=True, slots=True)
class Serving:
    """A stage with an endpoint.

    Attributes:
        stage: its names and clients.
        log: the decisions that its live model has made; none on loopback.
        scratch: for artefacts; gone when this is closed.
        bake_seconds: how long the old fleet stands by after a promotion; None for what suits a stage on AWS.
    """

    stage: Stage
    log: Log
    scratch: Path
    bake_seconds: int | None
    _question: Question
    _open: contextlib.ExitStack

    def ask(self) -> Scores:
        """What the endpoint says of `ASKED` users who judge; always the same ones.

        Raises:
            ScorerUnavailable: it does not answer.
        """
        return SageMakerScorer(self.stage.runtime, self.stage.names.endpoint).score(self._question)

    def close(self) -> None:
        """Stop what was started; happens at the end of the process in any case."""
        self._open.close()


def start(setting: Setting, files: TrainingFiles, report: Callable[[str], None] = lambda line: None) -> Serving:
    """A stage to promote to.

    On loopback it is a MiniStack and an endpoint plane in which nothing was before, serving a model of few rows; what
    they hold is forgotten with them. On AWS it is the setting's stage as it is.

    Args:
        setting: where.
        files: what the first model on loopback learns from, and whose users the endpoint is asked about.
        report: told in words what begins.

    Raises:
        LaptopCloudError: a part did not start.
        StoreUnavailable: the stage on AWS does not answer.
        InvalidFile: there is too little history.
    """
    with contextlib.ExitStack() as undo:
        scratch = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="divisa-notebook-")))
        if setting.where is Where.SAGEMAKER:
            stage = undo.enter_context(open_stage(setting.stage))
            log, bake_seconds = logged.read(stage, None, None, on_stage=report), None
        else:
            first = learn(setting, files, name="first", max_rows=setting.max_rows // 4, seed=1, report=report)
            stage = undo.enter_context(_on_loopback(setting.folder / "cloud", first.artefact, undo, report))
            log, bake_seconds = Log([], 0, {}, datetime.fromtimestamp(0, UTC)), 1
        matrix = build_training_set(files, max_rows=setting.max_rows)
        asked = matrix.features[matrix.part(Part.TEST)][:ASKED]
        opened = undo.pop_all()
    atexit.register(opened.close)
    question = question_of_rows(questions_of_features(asked))
    return Serving(stage, log, scratch, bake_seconds, question, opened)


def _on_loopback(home: Path, artefact: Path, undo: contextlib.ExitStack, report: Callable[[str], None]) -> Stage:
    interpreter = environment.python(say=report)
    supervisor = Supervisor(home)
    for name in (parts.SAGEMAKER, parts.MINISTACK):
        supervisor.stop(name)  # A kernel that was killed has left it.
        shutil.rmtree(home / name, ignore_errors=True)
    at = parts.addresses(
        ministack_port=supervisor.port_for(parts.MINISTACK), sagemaker_port=supervisor.port_for(parts.SAGEMAKER)
    )
    ports = supervisor.state.ports
    report("Starting an endpoint plane on loopback")
    for part in (
        parts.ministack(interpreter, home, ports[parts.MINISTACK]),
        parts.sagemaker(home, at, ports[parts.SAGEMAKER]),
    ):
        supervisor.start(part)
        undo.callback(supervisor.stop, part.name)
    return _serving(artefact, at, report)


def _serving(artefact: Path, at: Addresses, report: Callable[[str], None]) -> Stage:
    place = _Names()
    names = Names(LOCAL, place.endpoint_name, place.models_bucket_name, place.lake_bucket_name, "divisa-notebook-")
    stage = Stage(names, {service: dict(at.client_settings(service)) for service in _SERVICES}, is_local=True)
    for bucket in (names.models_bucket, names.lake_bucket):
        stage.s3.create_bucket(Bucket=bucket)
    report(f"Serving {artefact.parent.name} at {names.endpoint}")
    endpoint.publish(artefact, at, place)
    return stage
