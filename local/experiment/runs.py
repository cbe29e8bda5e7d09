"""All seeds of an experiment, two at a time; what a seed gave is kept, so that a run that was broken off goes on."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import divisa
import model
import simulator
from local.experiment.seed import run_seed
from local.json_file import replace_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.experiment.plan import Experiment

WORKERS: Final = 2
_KEY_LENGTH: Final = 12


def run_seeds(
    plan: Experiment, seeds: Sequence[int], folder: Path, on_done: Callable[[str], None] = lambda line: None
) -> list[dict[str, Any]]:
    """The results of seeds, in their order.

    Args:
        plan: what is run.
        seeds: which; different ones.
        folder: where results are kept, under a key of the plan and of the code that makes them.
        on_done: told in words whenever a seed is there.
    """
    kept = folder / key_of(plan)
    missing = [seed for seed in seeds if not _file(kept, seed).is_file()]
    if missing:
        on_done(f"{len(missing)} of {len(seeds)} seeds to run, each for some minutes")
        _run(plan, missing, kept, on_done)
    return [json.loads(_file(kept, seed).read_text(encoding="utf-8")) for seed in seeds]


def key_of(plan: object) -> str:
    """Identifies a plan, by its `repr`, and the code that carries it out."""
    digest = hashlib.sha256(repr(plan).encode())
    for package in (divisa, model, simulator):
        home = Path(package.__path__[0])
        for source in sorted(home.rglob("*.py")):
            digest.update(source.relative_to(home).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:_KEY_LENGTH]


def _run(plan: Experiment, seeds: Sequence[int], kept: Path, on_done: Callable[[str], None]) -> None:
    with ProcessPoolExecutor(min(WORKERS, len(seeds)), get_context("spawn"), _die_of_an_interrupt) as pool:
        running = {pool.submit(_run_and_keep, plan, seed, kept): seed for seed in seeds}
        try:
            for number, each in enumerate(as_completed(running), start=1):
                each.result()
                on_done(f"seed {running[each]} is done: {number} of {len(seeds)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()  # A seed takes minutes: nobody who breaks off waits for it.
            raise


def _die_of_an_interrupt() -> None:
    """Let Ctrl-C end a worker without a traceback: whoever started it says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ["OMP_NUM_THREADS"] = "1"  # Workers are the parallelism.


def _run_and_keep(plan: Experiment, seed: int, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    replace_json(_file(kept, seed), run_seed(plan, seed))


def _file(kept: Path, seed: int) -> Path:
    return kept / f"seed-{seed}.json"
