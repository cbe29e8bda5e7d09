"""Runs the script of a Glue job in this process; MiniStack starts one for each run.

The first import of `pyspark` starts Sail, a Spark Connect server with MiniStack's Glue catalog, and points Spark's
client at it; a job that needs no Spark does not wait for it. The process ends as soon as whoever started it is gone.

Why the script failed is written to the file that the variable `GLUE_FAILURE` names, in one line, as Glue tells it.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
from pathlib import Path
from traceback import format_exception_only

FAILURE = "GLUE_FAILURE"
"""The environment variable with the path of the file that says why a script failed."""

ROOT = Path(__file__).resolve().parents[2]
CATALOG = '[{{name="lake", type="glue", region="{region}", endpoint_url="{endpoint}"}}]'


class SparkOnDemand:
    """Starts Sail when `pyspark` is first imported. One of Python's finders of modules, which itself finds none."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Start Sail where this is the module that needs it."""
        if name == "pyspark":
            sys.meta_path.remove(self)
            self._start()

    def _start(self) -> None:
        os.environ["SAIL_CATALOG__LIST"] = CATALOG.format(
            region=os.environ["AWS_REGION"], endpoint=os.environ["AWS_ENDPOINT_URL"]
        )
        os.environ["SAIL_CATALOG__DEFAULT_CATALOG"] = "lake"
        from pysail.spark import SparkConnectServer

        self._server = SparkConnectServer("127.0.0.1", 0)
        self._server.start(background=True)
        os.environ["SPARK_REMOTE"] = f"sc://127.0.0.1:{self._server.listening_address[1]}"


def run(script: Path, failure: Path) -> None:
    """Run a script as `__main__`.

    Args:
        script: a file of Python.
        failure: the file that says in one line why it failed; not written where it did not.

    Raises:
        BaseException: what the script raised.
    """
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            failure.write_text(f"SystemExit: {ended.code}", encoding="utf-8")
        raise
    except BaseException as error:
        said = "".join(format_exception_only(error)).splitlines()
        told = [line for line in said if not line.startswith(" ")]
        failure.write_text(told[0], encoding="utf-8")
        raise


def _end_when_alone() -> None:
    # Whoever started this holds the other end of the standard input and writes nothing.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_when_alone, daemon=True).start()
    # A job has what it brings and what Glue has, not whatever else lies in the repository.
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != ROOT]
    spark = SparkOnDemand()
    sys.meta_path.insert(0, spark)
    sys.argv = sys.argv[1:]
    run(Path(sys.argv[0]), Path(os.environ.pop(FAILURE)))
