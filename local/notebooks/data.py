"""The files that a notebook is about: simulated, a folder's, or those of a bucket."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import InvalidFile, StoreUnavailable
from local.experiment.runs import key_of
from local.notebooks.setting import Where
from local.promotion.stage import open_stage
from local.simulated import simulated_in, training_files
from model.jobs.prepare import files_of
from model.training_files import TrainingFiles
from simulator.simulate import NAMES, SimulatedFiles, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3.client import S3Client

    from local.notebooks.setting import Setting

LAKE_PREFIX = "training/"
"""Where a stage's lake keeps the files that its pipeline learns from."""


def files(setting: Setting, report: Callable[[str], None] = lambda line: None) -> TrainingFiles:
    """The files of a setting; simulated ones are kept for as long as the code that makes them stays the same.

    Args:
        setting: whose.
        report: told in words what begins.

    Raises:
        InvalidFile: prices or transactions are missing.
        StoreUnavailable: the bucket cannot be read.
        LaptopCloudError: the stage has no lake.
    """
    if setting.where is Where.SAGEMAKER or (setting.data or "").startswith("s3://"):
        return _of_bucket(setting, report)
    if setting.data is not None:
        return files_of(Path(setting.data), _made(setting.folder / "joined"))
    return training_files(_simulated(setting, report))


def address(setting: Setting) -> str:
    """Where a stage's pipeline finds its files, for example `s3://divisa-prod-lake-…/training/`.

    Raises:
        StoreUnavailable, LaptopCloudError: as `open_stage`.
    """
    if setting.data is not None:
        return setting.data.rstrip("/") + "/"
    with open_stage(setting.stage) as stage:
        return f"s3://{stage.names.lake_bucket}/{LAKE_PREFIX}"


def _simulated(setting: Setting, report: Callable[[str], None]) -> SimulatedFiles:
    """The simulation of a setting. It appears at once as a whole: another notebook may want it at the same time."""
    folder = setting.folder / f"simulation-{key_of(setting.simulation)}"
    if (found := simulated_in(folder)) is not None:
        return found
    report("Simulating users over the European Central Bank's prices (the users are made up)")
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=_made(setting.folder)) as scratch:
        simulate(Path(scratch) / "whole", setting.simulation)
        with contextlib.suppress(OSError):  # Somebody else was quicker, with the same.
            (Path(scratch) / "whole").rename(folder)
    return SimulatedFiles(*(folder / name for name in NAMES))


def _of_bucket(setting: Setting, report: Callable[[str], None]) -> TrainingFiles:
    parts = urlsplit(address(setting))
    report(f"Fetching s3://{parts.netloc}{parts.path}")
    with open_stage(setting.stage) as stage:
        fetched = fetch(stage.s3, parts.netloc, parts.path.lstrip("/"), setting.folder / "fetched" / parts.netloc)
    return files_of(fetched, _made(setting.folder / "joined"))


def fetch(s3: S3Client, bucket: str, prefix: str, folder: Path) -> Path:
    """Fetch the CSV files of the contracts that lie under a prefix; what has not changed is not fetched again.

    Args:
        s3: the client.
        bucket: whose.
        prefix: ends with a slash; a folder for each contract lies under it.
        folder: where they go.

    Returns:
        The folder that now has a folder for each contract.

    Raises:
        StoreUnavailable: the bucket cannot be read.
        InvalidFile: nothing lies there.
    """
    target, names = folder / prefix, {each.name for each in fields(TrainingFiles)}
    wanted: set[Path] = set()
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                name = Path(each["Key"].removeprefix(prefix))
                if name.parts[0] in names and name.suffix == ".csv" and ".." not in name.parts:
                    wanted.add(_fetched(s3, bucket, dict(each), target / name))
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"s3://{bucket}/{prefix}: {error}") from error
    if not wanted:
        raise InvalidFile(f"s3://{bucket}/{prefix} has no CSV file of any contract")
    for stale in set(target.rglob("*.csv")) - wanted:
        stale.unlink()
    return target


def _fetched(s3: S3Client, bucket: str, found: dict[str, Any], path: Path) -> Path:
    mark = path.with_suffix(".etag")
    if not (path.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == found["ETag"]):
        path.parent.mkdir(parents=True, exist_ok=True)
        mark.unlink(missing_ok=True)
        s3.download_file(bucket, found["Key"], str(path))
        mark.write_text(found["ETag"], encoding="utf-8")
    return path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
