"""The containers of one deployment: started together, drained together."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
from typing import TYPE_CHECKING

from local.sagemaker.artefacts import unpack
from local.sagemaker.container_process import ContainerProcess
from local.sagemaker.errors import DeploymentFailed, RuntimeRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import httpx

    from local.sagemaker.resources import Deployment

log = logging.getLogger(__name__)

_random = random.SystemRandom()
_RESTART_SECONDS = 1.0
_DRAIN_SECONDS = 60.0


class Fleet:
    """Serves one deployment; a container that dies is started again.

    Args:
        deployment: what to serve.
        folder: the deployment's own folder; artefacts unpacked there by an earlier process are used again.
    """

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.deployment = deployment
        self._folder = folder
        self._containers: list[ContainerProcess] = []
        self._guards: list[asyncio.Task[None]] = []
        self._in_flight = 0
        self.errors = 0
        """Invocations that ended in an error of the server's side, as the metric Invocation5XXErrors counts them."""

    async def start(self) -> None:
        """Fetch the artefacts and start every container.

        Raises:
            DeploymentFailed: one of them did not come up; those that did are stopped again.
        """
        try:
            for variant in self.deployment.variants:
                folder = self._folder / variant.name
                if not (folder / "unpacked").exists():
                    await asyncio.to_thread(unpack, variant.model_data, folder / "model")
                    (folder / "unpacked").touch()
                container = ContainerProcess(variant, folder)
                self._containers.append(container)
                await container.start()
        except BaseException:
            await self.stop()
            raise
        self._guards = [asyncio.create_task(_guard(container)) for container in self._containers]

    async def invoke(self, body: bytes, headers: Mapping[str, str], target: str | None) -> tuple[str, httpx.Response]:
        """Hand an invocation to the target variant, or to one by weight.

        Returns:
            The variant's name and the container's answer.

        Raises:
            RuntimeRefusal: no such variant, or it did not answer.
        """
        container = self._pick(target)
        self._in_flight += 1
        try:
            response = await container.invoke(body, headers)
        except RuntimeRefusal:
            self.errors += 1
            raise
        else:
            self.errors += response.is_server_error
            return container.variant.name, response
        finally:
            self._in_flight -= 1

    def _pick(self, target: str | None) -> ContainerProcess:
        if target is not None:
            for container in self._containers:
                if container.variant.name == target:
                    return container
            raise RuntimeRefusal("ValidationError", 400, f"Variant {target} is not found")
        if len(self._containers) == 1:
            return self._containers[0]
        weights = [container.variant.weight for container in self._containers]
        return _random.choices(self._containers, weights)[0]

    async def drain(self) -> None:
        """Wait until no invocation is in flight, then stop."""
        waited = 0.0
        while self._in_flight and waited < _DRAIN_SECONDS:
            await asyncio.sleep(0.02)
            waited += 0.02
        await self.stop()

    async def stop(self) -> None:
        """End every container now."""
        for guard in self._guards:
            guard.cancel()
        await asyncio.gather(*(container.stop() for container in self._containers))

    def remove_files(self) -> None:
        """Delete the unpacked artefacts and logs."""
        shutil.rmtree(self._folder, ignore_errors=True)


async def _guard(container: ContainerProcess) -> None:
    """Start a container again whenever it dies."""
    while True:
        code = await container.ended()
        log.warning("container of variant %s ended with code %s, starting it again", container.variant.name, code)
        await asyncio.sleep(_RESTART_SECONDS)
        await container.stop()
        try:
            await container.start()
        except DeploymentFailed as cause:
            log.warning("%s", cause.reason)
            await container.stop()
