"""Processing and training jobs as processes of this machine, with a folder of their own for `/opt/ml`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.retraining.errors import RetrainingFailed
from model import script_mode
from model.package import archive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.retraining.storage import FolderStore

_OPT_ML = "/opt/ml"
_PYTHON = ("python", "python3")
_LOG_END = 2000
_GRACE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Jobs:
    """Runs jobs.

    Attributes:
        store: where what they take and leave lies.
        folder: what a job works in, a folder a step; emptied when the step begins.
        on_line: told each line that a job says.
    """

    store: FolderStore
    folder: Path
    on_line: Callable[[str], None] = lambda line: None

    def process(self, step: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a processing job.

        Args:
            step: its name.
            arguments: of CreateProcessingJob, evaluated.

        Returns:
            What other steps may know of it: `ProcessingOutputConfig`, its outputs by name.

        Raises:
            RetrainingFailed: it failed, or did not leave what it was to leave.
        """
        root = self._emptied(step)
        for each in arguments.get("ProcessingInputs", []):
            self.store.take(each["S3Input"]["S3Uri"], _relocated(each["S3Input"]["LocalPath"], root))
        outputs = {each["OutputName"]: each["S3Output"] for each in arguments["ProcessingOutputConfig"]["Outputs"]}
        for each in outputs.values():
            _relocated(each["LocalPath"], root).mkdir(parents=True)
        container = arguments["AppSpecification"]
        words: list[str] = container["ContainerEntrypoint"] + container.get("ContainerArguments", [])
        if words[0] not in _PYTHON:
            raise RetrainingFailed(step, f"the laptop starts Python programs, and not {words[0]}")
        moved = [str(_relocated(word, root)) if word.startswith(_OPT_ML) else word for word in words[1:]]
        environ = script_mode.jobs_environ(arguments.get("Environment", {}))
        self._run(step, [sys.executable, *moved], root, environ)
        for name, each in outputs.items():
            left = _relocated(each["LocalPath"], root)
            if not any(left.iterdir()):
                raise RetrainingFailed(step, f"left nothing as {name}")
            target = self.store.path(each["S3Uri"])
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            left.rename(target)
        self._emptied(step)
        return {"ProcessingOutputConfig": {"Outputs": {name: {"S3Output": each} for name, each in outputs.items()}}}

    def train(self, step: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a training job in script mode.

        Args:
            step: its name.
            arguments: of CreateTrainingJob, evaluated.

        Returns:
            What other steps may know of it: `ModelArtifacts`, where its model.tar.gz lies.

        Raises:
            RetrainingFailed: it failed, or left no model.
        """
        root = self._emptied(step)
        channels = {
            each["ChannelName"]: root / "input/data" / each["ChannelName"] for each in arguments["InputDataConfig"]
        }
        for each in arguments["InputDataConfig"]:
            self.store.take(each["DataSource"]["S3DataSource"]["S3Uri"], channels[each["ChannelName"]])
        given = {name: str(value) for name, value in arguments.get("HyperParameters", {}).items()}
        program, source = given.pop("sagemaker_program", None), given.pop("sagemaker_submit_directory", None)
        if program is None or source is None:
            raise RetrainingFailed(step, "is not in script mode: it names no program and submit directory")
        code = root / "code"
        with tarfile.open(_relocated(source, root)) as packed:
            packed.extractall(code, filter="data")
        model, output = root / "model", root / "output/data"
        environ = script_mode.environ(code, channels, model, output, arguments.get("Environment", {}))
        self._run(step, script_mode.command(code / program, given), code, environ)
        address = f"{arguments['OutputDataConfig']['S3OutputPath']}/{step}/output"
        if not model.is_dir():
            raise RetrainingFailed(step, "left no model")
        for folder, name in ((model, "model.tar.gz"), (output, "output.tar.gz")):
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            names = [path.relative_to(folder).as_posix() for path in files]
            archive(folder, names, self.store.path(f"{address}/{name}"))
        self._emptied(step)
        return {"ModelArtifacts": {"S3ModelArtifacts": f"{address}/model.tar.gz"}}

    def _emptied(self, step: str) -> Path:
        folder = self.folder / step
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _run(self, step: str, command: Sequence[str], cwd: Path, environ: dict[str, str]) -> None:
        log = self.folder / f"{step}.log"
        with (
            log.open("wb") as complaints,
            # A session of its own: Ctrl-C reaches this process alone, which then ends the job.
            subprocess.Popen(  # noqa: S603 - the program of the committed definition
                command,
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,
            ) as job,
        ):
            try:
                for line in job.stdout or ():
                    self.on_line(line.rstrip())
            except BaseException:
                job.terminate()
                try:
                    job.wait(_GRACE_SECONDS)
                except subprocess.TimeoutExpired:
                    job.kill()
                raise
        if job.returncode:
            said = log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_END:]
            raise RetrainingFailed(step, f"ended with code {job.returncode}; {log} has all that it said\n{said}")


def read_property_file(store: FolderStore, described: dict[str, Any], wanted: dict[str, str]) -> Any:
    """The content of a property file that a processing job left.

    Raises:
        OSError, ValueError: it is not there, or no JSON.
    """
    output = described["ProcessingOutputConfig"]["Outputs"][wanted["OutputName"]]["S3Output"]["S3Uri"]
    return json.loads((store.path(output) / wanted["FilePath"]).read_text(encoding="utf-8"))


def _relocated(path: str, root: Path) -> Path:
    return root / Path(path).relative_to(_OPT_ML)
