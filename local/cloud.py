"""The laptop cloud as a whole: up, down, and how it fares.

PostgreSQL is begun, and gets ready beside the others: MiniStack, then the SageMaker endpoint plane, then the deployment
and the model, and the stream mappings last, so that no record is carried before there is somebody to take it.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidModel, LaptopCloudError
from local import parts
from local.home import HOME
from local.processes import PartState, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.addresses import Addresses
    from local.deployment import Deployment
    from local.endpoint import EndpointStatus
    from local.processes import Part, PartStatus

    Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LaptopCloud:
    """A running laptop cloud, as its clients see it."""

    addresses: Addresses
    deployment: Deployment

    def environ(self) -> dict[str, str]:
        """What a client process needs in its environment to use this cloud and nothing else."""
        return {
            **self.addresses.environ(),
            "STAGE": "local",
            "TABLE_PREFIX": self.deployment.table_prefix,
            "QUOTES_STREAM": self.deployment.quotes_stream_name,
            "CLOCK": "replay",
            "CLOCK_PARAMETER": self.deployment.clock_parameter_name,
        }


@dataclass(frozen=True, slots=True)
class CloudStatus:
    """How the laptop cloud fares.

    Attributes:
        parts: in the order of starting.
        endpoint: None where there is none, or nobody to ask.
        api_url: where the API answers; None where nobody would.
        crash: the first part that stopped by itself, with the end of its log.
    """

    parts: tuple[PartStatus, ...]
    endpoint: EndpointStatus | None
    crash: LaptopCloudError | None
    api_url: str | None = None

    @property
    def running(self) -> bool:
        """Whether every part runs."""
        return all(part.state is PartState.RUNNING for part in self.parts)


def up(*, model: Path | None, say: Say, home: Path = HOME, keeps_served: bool = False) -> LaptopCloud:
    """Start what does not run, deploy, and serve the model. What runs already is left as it is.

    Args:
        model: the artefact to serve; None for a cloud without an endpoint.
        say: told each step in one line.
        home: the folder of this cloud's state, data and logs.
        keeps_served: whether the model stays that is served already, if there is one.

    Returns:
        The running cloud.

    Raises:
        InvalidModel: there is no such artefact.
        LaptopCloudError: a part did not start; those that were started before it are stopped again.
        divisa.domain.errors.PackagingError: the functions could not be packaged; nothing was started.
    """
    if model is not None and not model.is_file():
        raise InvalidModel(f"there is no model at {model}; `divisa train` makes one")
    supervisor = Supervisor(home)
    with supervisor.exclusively(), contextlib.ExitStack() as undo:
        if all(supervisor.status(name).state is PartState.RUNNING for name in parts.NAMES):
            say("everything runs already")
            cloud = running(home)
            _serve(model, cloud, say, keeps_served)
        else:
            cloud = _start(supervisor, home, say, undo)
            _serve(model, cloud, say, keeps_served)
            _start_part(supervisor, parts.mappings(home, cloud.addresses), say, undo)
            if (crash := supervisor.crashed()) is not None:
                raise crash
        undo.pop_all()
    return cloud


def down(*, wipe: bool = False, say: Say, home: Path = HOME) -> None:
    """Stop every part, the last first. Data stay for the next start.

    Args:
        wipe: forget tables, streams, messages and checkpoints too; models and logs stay.
        say: told each step in one line.
        home: the folder of the cloud.
    """
    from local.accounts import forget as forget_sign_ins

    supervisor = Supervisor(home)
    with supervisor.exclusively():
        for name in reversed(parts.NAMES):
            before = supervisor.stop(name)
            say(f"{name}: was not running" if before.state is not PartState.RUNNING else f"{name}: stopped")
        if wipe:
            for name in parts.NAMES:
                shutil.rmtree(home / name, ignore_errors=True)
            forget_sign_ins(home)
            say("data wiped")


def addresses(home: Path = HOME) -> Addresses:
    """Where the running cloud answers; asks nobody, so it is quick.

    Raises:
        LaptopCloudError: it does not run.
    """
    supervisor = Supervisor(home)
    ports = {}
    for name in (parts.MINISTACK, parts.SAGEMAKER):
        status = supervisor.status(name)
        if status.state is PartState.CRASHED:
            raise supervisor.crashed() or LaptopCloudError(name, "has stopped by itself")
        if status.record is None or status.record.port is None:
            raise LaptopCloudError("laptop cloud", "is not running; start it with `divisa up`")
        ports[name] = status.record.port
    return parts.addresses(ministack_port=ports[parts.MINISTACK], sagemaker_port=ports[parts.SAGEMAKER])


def running(home: Path = HOME) -> LaptopCloud:
    """The running cloud with what is deployed in it.

    Raises:
        LaptopCloudError: it does not run, or nothing is deployed.
    """
    from local import deploy

    found = addresses(home)
    return LaptopCloud(found, deploy.read(found))


def status(home: Path = HOME) -> CloudStatus:
    """How each part fares, and the endpoint."""
    supervisor = Supervisor(home)
    every = tuple(supervisor.status(name) for name in parts.NAMES)
    found, api_url = None, None
    with contextlib.suppress(LaptopCloudError):
        asked = {parts.MINISTACK, parts.SAGEMAKER}
        if all(part.state is PartState.RUNNING for part in every if part.name in asked):
            from local import accounts, endpoint

            cloud = running(home)
            api_url = accounts.api_url(cloud)
            found = endpoint.status(cloud.addresses, cloud.deployment.endpoint_name)
    return CloudStatus(every, found, supervisor.crashed(), api_url)


def _start(supervisor: Supervisor, home: Path, say: Say, undo: contextlib.ExitStack) -> LaptopCloud:
    from infra.package import LOCAL, package
    from local import deploy
    from local.ministack import environment

    interpreter = environment.python(say=say)
    folder = package(LOCAL, report=say)
    if supervisor.status(parts.MINISTACK).state is not PartState.RUNNING:
        # The others would go on talking to a cloud that knows nothing yet.
        for name in reversed(parts.NAMES):
            supervisor.stop(name)
    found = parts.addresses(
        ministack_port=supervisor.port_for(parts.MINISTACK), sagemaker_port=supervisor.port_for(parts.SAGEMAKER)
    )
    database = parts.postgres(home, supervisor.port_for(parts.POSTGRES))
    ports = supervisor.state.ports
    begun = _begin_part(supervisor, database, say, undo)
    _start_part(supervisor, parts.ministack(interpreter, home, ports[parts.MINISTACK]), say, undo)
    _start_part(supervisor, parts.sagemaker(home, found, ports[parts.SAGEMAKER]), say, undo)
    say("deploying")
    deployment = deploy.deploy(folder, found, database=parts.postgres_url(home, ports[parts.POSTGRES]))
    if begun:
        supervisor.wait(database)
    return LaptopCloud(found, deployment)


def _start_part(supervisor: Supervisor, part: Part, say: Say, undo: contextlib.ExitStack) -> None:
    if _begin_part(supervisor, part, say, undo):
        supervisor.wait(part)


def _begin_part(supervisor: Supervisor, part: Part, say: Say, undo: contextlib.ExitStack) -> bool:
    """Start a part without waiting for it; tells whether it did not run already."""
    if supervisor.status(part.name).state is PartState.RUNNING:
        say(f"{part.name}: runs already")
        return False
    say(f"{part.name}: starting")
    undo.callback(supervisor.stop, part.name)
    return supervisor.begin(part)


def _serve(model: Path | None, cloud: LaptopCloud, say: Say, keeps_served: bool) -> None:
    from local import endpoint

    if model is None:
        say("no model to serve was given")
    elif keeps_served and endpoint.serves_another(model, cloud.addresses, cloud.deployment):
        say(f"the model that was served before is served on; `divisa promote` judges {model} and brings it live")
    elif endpoint.publish(model, cloud.addresses, cloud.deployment):
        say(f"{model.name} is served at {cloud.deployment.endpoint_name}")
