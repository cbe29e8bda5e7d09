"""Bringing endpoints into service, moving them to a new configuration, and taking them away."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
import uuid
from typing import TYPE_CHECKING

from local.sagemaker.errors import DeploymentFailed
from local.sagemaker.fleet import Fleet
from local.sagemaker.resources import Deployment, Endpoint, Resources, Variant, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

_CREATING, _UPDATING, _IN_SERVICE, _FAILED = "Creating", "Updating", "InService", "Failed"
_LOOK_SECONDS = 0.05


class Endpoints:
    """All endpoints and the fleets that serve them.

    Args:
        state: folder for `resources.json` and a folder for each deployment.

    Attributes:
        resources: what the control plane keeps; call `save` after changing it.

    Raises:
        LaptopCloudError: the kept resources cannot be read.
    """

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._file = state / "resources.json"
        self._folder = state / "deployments"
        self.resources: Resources = load(self._file)
        self._serving: dict[str, Fleet] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._draining: set[asyncio.Task[None]] = set()

    def save(self) -> None:
        """Keep what `resources` holds."""
        self.resources.save(self._file)

    def restore(self) -> None:
        """Bring back into service what an earlier process kept, in the background."""
        kept = {endpoint.deployment.deployment_id for endpoint in self.resources.endpoints.values()}
        for folder in self._folder.glob("*"):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        for endpoint in self.resources.endpoints.values():
            if endpoint.status != _FAILED:
                endpoint.status = _CREATING
                self._begin(endpoint, endpoint.deployment)

    def create(self, name: str, arn: str, config_name: str, variants: Sequence[Variant]) -> None:
        """Make an endpoint; it is `Creating` until its containers answer."""
        now = time.time()
        deployment = Deployment(uuid.uuid4().hex, config_name, tuple(variants))
        endpoint = Endpoint(name, arn, config_name, now, now, _CREATING, deployment)
        self.resources.endpoints[name] = endpoint
        self.save()
        self._begin(endpoint, deployment)

    def update(
        self, endpoint: Endpoint, config_name: str, variants: Sequence[Variant], *, bake_seconds: float = 0.0
    ) -> None:
        """Move an endpoint to a new deployment; the old one serves until the new one answers its pings.

        For so many seconds more the old one stands by, and takes over again when the new one answers with an error.
        """
        endpoint.status, endpoint.modified_at = _UPDATING, time.time()
        self.save()
        self._begin(endpoint, Deployment(uuid.uuid4().hex, config_name, tuple(variants)), bake_seconds)

    async def delete(self, endpoint: Endpoint) -> None:
        """Take an endpoint away, also in the middle of a deployment."""
        del self.resources.endpoints[endpoint.name]
        self.save()
        task = self._tasks.pop(endpoint.name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        fleet = self._serving.pop(endpoint.name, None)
        if fleet is not None:
            await fleet.stop()
        shutil.rmtree(self._folder / endpoint.deployment.deployment_id, ignore_errors=True)

    def serving(self, name: str) -> Fleet | None:
        """What serves an endpoint now; None when nothing does."""
        return self._serving.get(name)

    async def close(self) -> None:
        """Stop every container; what is kept stays for the next start."""
        tasks = [*self._tasks.values(), *self._draining]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(fleet.stop() for fleet in self._serving.values()))

    def _begin(self, endpoint: Endpoint, deployment: Deployment, bake_seconds: float = 0.0) -> None:
        self._tasks[endpoint.name] = asyncio.create_task(self._deploy(endpoint, deployment, bake_seconds))

    async def _deploy(self, endpoint: Endpoint, deployment: Deployment, bake_seconds: float) -> None:
        fleet = Fleet(deployment, self._folder / deployment.deployment_id)
        try:
            await fleet.start()
        except asyncio.CancelledError:
            if endpoint.deployment is not deployment:
                fleet.remove_files()
            raise
        except (DeploymentFailed, OSError) as cause:
            reason = cause.reason if isinstance(cause, DeploymentFailed) else str(cause)
            fleet.remove_files()
            self._failed(endpoint, reason)
            return
        except Exception as cause:
            log.exception("endpoint %s: unexpected", endpoint.name)
            fleet.remove_files()
            self._failed(endpoint, f"{type(cause).__name__}: {cause}")
            return
        old = self._serving.get(endpoint.name)
        self._serving[endpoint.name] = fleet
        try:
            is_good = await _bakes_well(fleet, bake_seconds)
        except asyncio.CancelledError:
            await fleet.stop()
            fleet.remove_files()
            if old is not None:
                self._serving[endpoint.name] = old
            raise
        if old is not None and not is_good:
            self._serving[endpoint.name] = old
            self._retire(fleet)
            self._failed(endpoint, f"{fleet.errors} of its invocations ended in errors: automatic rollback")
            return
        endpoint.deployment, endpoint.config_name = deployment, deployment.config_name
        endpoint.failure_reason = ""
        self._settle(endpoint, _IN_SERVICE)
        log.info("endpoint %s serves configuration %s", endpoint.name, deployment.config_name)
        if old is not None:
            self._retire(old)

    def _retire(self, fleet: Fleet) -> None:
        task = asyncio.create_task(_retire(fleet))
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)

    def _failed(self, endpoint: Endpoint, reason: str) -> None:
        endpoint.failure_reason = reason
        rolled_back = endpoint.name in self._serving
        outcome = "rolled back" if rolled_back else "failed"
        log.warning("endpoint %s: deployment %s: %s", endpoint.name, outcome, reason.replace("\n", " | "))
        self._settle(endpoint, _IN_SERVICE if rolled_back else _FAILED)

    def _settle(self, endpoint: Endpoint, status: str) -> None:
        endpoint.status, endpoint.modified_at = status, time.time()
        self._tasks.pop(endpoint.name, None)
        self.save()


async def _bakes_well(fleet: Fleet, seconds: float) -> bool:
    """Watch new containers that take the traffic for some seconds; False as soon as they answer with an error."""
    until = time.monotonic() + seconds
    while fleet.errors == 0 and time.monotonic() < until:
        await asyncio.sleep(_LOOK_SECONDS)
    return fleet.errors == 0


async def _retire(fleet: Fleet) -> None:
    await fleet.drain()
    fleet.remove_files()
