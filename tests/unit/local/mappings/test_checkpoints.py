from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.mappings.checkpoints import Checkpoints

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_process_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    before = Checkpoints(tmp_path)
    before.adopt("m", since=12.5)
    before.save("m", "shard-0", "41")
    before.save("m", "shard-0", "42")
    before.drain("m", "shard-1")

    after = Checkpoints(tmp_path)

    assert after.owned() == {"m"}
    assert after.since("m") == 12.5
    assert after.position("m", "shard-0") == "42"
    assert after.position("m", "shard-1") is None
    assert after.drained("m") == {"shard-1"}


def test_an_adoption_stays_as_it_was_first_made(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.adopt("m", since=1.0)

    checkpoints.adopt("m", since=2.0)

    assert checkpoints.since("m") == 1.0


def test_a_forgotten_mapping_is_not_brought_back_by_a_late_save(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.adopt("m", since=1.0)
    checkpoints.forget("m")

    checkpoints.save("m", "shard-0", "42")

    assert Checkpoints(tmp_path).owned() == set()


def test_half_a_draft_left_by_a_kill_is_ignored(tmp_path: Path) -> None:
    Checkpoints(tmp_path).adopt("m", since=1.0)
    (tmp_path / "m.tmp").write_text('{"since": 9')

    assert Checkpoints(tmp_path).since("m") == 1.0


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text("{}")

    with pytest.raises(LaptopCloudError, match=r"m\.json"):
        Checkpoints(tmp_path)
