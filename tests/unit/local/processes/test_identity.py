from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from local.processes import ProcessIdentity, identity


def test_a_process_is_itself_and_alive() -> None:
    ours = ProcessIdentity.of(os.getpid())
    assert ours is not None
    assert ours == ProcessIdentity.of(os.getpid())
    assert ours.alive()


def test_the_same_pid_at_another_time_is_another_process() -> None:
    ours = ProcessIdentity.of(os.getpid())
    assert ours is not None
    assert not replace(ours, began="some time ago").alive()


def test_ending_what_has_gone_signals_nobody() -> None:
    assert ProcessIdentity(os.getpid(), "some time ago").end(grace_seconds=0)


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="asks ps")
def test_a_machine_without_proc_is_asked_through_ps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_PROC", tmp_path)

    ours = ProcessIdentity.of(os.getpid())
    assert ours is not None
    assert ours.alive()
    assert ProcessIdentity.of(2**22 + 1) is None
