"""Made files through the doors that files come in by: dropped, over the API, by the form that it gives, pulled."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Final

import boto3
import httpx

from divisa.domain.errors import LaptopCloudError
from local import accounts
from local.lake.serving import serving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from lake.storage.objects import Objects
    from local.cloud import LaptopCloud
    from local.lake.feeds import File

DROP, API, FORM, PULL = "drop", "api", "form", "pull"
DOORS: Final = {"energy_transactions": (API, FORM), "shop_orders": (FORM, API), "hr_jobs": (PULL,)}
"""By which doors the files of a dataset come in, in turn; those of the others, and what no door takes, are dropped."""


def hand_in(cloud: LaptopCloud, objects: Objects, files: Sequence[File]) -> set[tuple[str, str]]:
    """Hand files in.

    Returns:
        Each dataset with a door that a file of it came through.

    Raises:
        LaptopCloudError: a door did not take what it should.
    """
    by_door: dict[str, list[File]] = {door: [] for door in (DROP, API, FORM, PULL)}
    turns: Counter[str] = Counter()
    for file in files:
        doors = DOORS[file.dataset] if _is_taken(file) else (DROP,)
        by_door[doors[turns[file.dataset] % len(doors)]].append(file)
        turns[file.dataset] += doors != (DROP,)
    with _Pulling(cloud) as pulling, httpx.Client(timeout=60.0) as http:
        # What starts slowly starts before anything lands, so that all of it lands together and is one run.
        pulling.run({})
        headers = {"Authorization": f"Bearer {accounts.feeds_token(cloud)}"}
        http.get(f"{accounts.api_url(cloud)}/v1/health")
        if by_door[PULL]:
            pulling.run({file.name: file for file in by_door[PULL]})
        for send, door in ((_put, API), (_fill_in, FORM)):
            for file in by_door[door]:
                answer = send(http, f"{accounts.api_url(cloud)}/v1/feeds/{file.dataset}/{file.name}", headers, file)
                if not answer.is_success:
                    said = f"{answer.status_code} {answer.text[:200]}"
                    raise LaptopCloudError("lake", f"{file.name} was not taken: {said}")
    for file in by_door[DROP]:
        objects.put(f"landing/{file.dataset}/{file.name}", file.content)
    for file in by_door[PULL]:
        sha256 = hashlib.sha256(file.content).hexdigest()
        if not list(objects.listed(f"landing/{file.dataset}/pull/{sha256}/")):
            raise LaptopCloudError("lake", f"{file.name} was not pulled")
    return {(file.dataset, door) for door, some in by_door.items() for file in some}


def _is_taken(file: File) -> bool:
    """Whether a door takes a file: the pull one that is not empty, the API text in UTF-8 that is CSV by its name."""
    if PULL in DOORS.get(file.dataset, ()):
        return bool(file.content)
    try:
        return file.dataset in DOORS and file.name.endswith(".csv") and bool(file.content.decode())
    except UnicodeDecodeError:
        return False


def _put(http: httpx.Client, url: str, headers: dict[str, str], file: File) -> httpx.Response:
    return http.put(url, headers={**headers, "Content-Type": "text/csv"}, content=file.content)


def _fill_in(http: httpx.Client, url: str, headers: dict[str, str], file: File) -> httpx.Response:
    body = {"sha256": hashlib.sha256(file.content).hexdigest(), "bytes": len(file.content)}
    answer = http.post(url, headers=headers, json=body)
    if not answer.is_success:
        return answer
    form = answer.json()
    return http.post(form["url"], data=form["fields"], files={"file": file.content})


class _Pulling:
    """Has the pull run now instead of within the hour, of sources that are there as long as it runs."""

    def __init__(self, cloud: LaptopCloud) -> None:
        self._deployment = cloud.deployment
        self._secrets = boto3.client("secretsmanager", **cloud.addresses.client_settings("secretsmanager"))
        self._functions = boto3.client("lambda", **cloud.addresses.client_settings("lambda"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tell([])
        self._functions.close()
        self._secrets.close()

    def run(self, files: Mapping[str, File]) -> None:
        """Pull files, by their names.

        Raises:
            LaptopCloudError: the function failed.
        """
        with serving({name: file.content for name, file in files.items()}) as address:
            self._tell(
                [
                    {"name": name.replace(".", "-"), "dataset": file.dataset, "url": address + name}
                    for name, file in files.items()
                ]
            )
            run = self._functions.invoke(FunctionName=self._deployment.pull_function_name, Payload=b"{}")
        if run.get("FunctionError"):
            raise LaptopCloudError("lake", f"the pull failed: {run['Payload'].read()[:200]!r}")

    def _tell(self, sources: list[dict[str, str]]) -> None:
        self._secrets.put_secret_value(SecretId=self._deployment.sources_secret_name, SecretString=json.dumps(sources))
