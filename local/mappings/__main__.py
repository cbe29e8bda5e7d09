"""`python -m local.mappings --state DIR [--ready-file FILE]`: run stream mappings and schedules until SIGTERM.

Environment: `AWS_ENDPOINT_URL` (required), region and credentials as for any AWS client, `LOG_LEVEL` (INFO).

`DIR/checkpoints` holds the checkpoints and `DIR/schedules.json` the schedules that are owned. `DIR/status.json` is
rewritten every second: what each mapping and schedule did, and what is wrong. The ready file appears when every one of
them is taken over for the first time; it holds the process id.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from divisa.domain.errors import DivisaError
from local.json_file import replace_json
from local.mappings.checkpoints import Checkpoints
from local.mappings.clients import clients_from
from local.mappings.schedules import Schedules
from local.mappings.takeover import Takeover

log = logging.getLogger("local.mappings")


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT.

    Returns:
        The exit code: 0 after a signal, 1 when it could not start.
    """
    parser = argparse.ArgumentParser(
        prog="python -m local.mappings", description="Faithful stream mappings, and schedules."
    )
    parser.add_argument("--state", type=Path, required=True, help="folder for checkpoints and status.json")
    parser.add_argument("--ready-file", type=Path, help="written once every mapping is taken over")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    stop, ready = threading.Event(), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        clients = clients_from(os.environ)
        checkpoints = Checkpoints(options.state / "checkpoints")
        schedules = Schedules(clients, options.state / "schedules.json")
        takeover = Takeover(clients, checkpoints, schedules, options.state / "status.json")
    except (DivisaError, OSError) as cause:
        sys.stderr.write(f"mappings: {cause}\n")
        return 1
    worker = threading.Thread(target=takeover.run, args=(stop, ready), name="takeover", daemon=True)
    worker.start()
    while not stop.is_set() and not ready.wait(0.05):
        pass
    if ready.is_set():
        log.info("ready")
        if options.ready_file:
            options.ready_file.parent.mkdir(parents=True, exist_ok=True)
            replace_json(options.ready_file, {"pid": os.getpid()})
    stop.wait()
    worker.join(timeout=1.8)
    if options.ready_file:
        options.ready_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stderr.flush()
    # Threads that wait for a function would hold up an ordinary exit; what they deliver is delivered again.
    os._exit(code)
