"""What holds of `Objects` wherever they lie: tests that ask for a fixture `objects`, with nothing under their keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from lake.storage.objects import Objects

ODD_KEYS = ("a b.csv", "a+b%20c.csv", "a.b/c..d", "ä/€.csv", "it's", "x=1/y=2@3")


class ObjectsBehaviour:
    """Inherited by the tests of each place."""

    @pytest.mark.parametrize("key", ODD_KEYS)
    def test_a_key_may_have_blanks_and_signs_in_it(self, objects: Objects, key: str) -> None:
        objects.put(f"odd/{key}", b"here")
        assert objects.read(f"odd/{key}") == b"here"
        assert [each.key for each in objects.listed("odd/")] == [f"odd/{key}"]

    def test_what_is_listed_is_what_begins_so_by_key(self, objects: Objects) -> None:
        for key in ("z/b.csv", "z/a/c", "z/a.csv", "z/B", "zz", "y/z/b.csv"):
            objects.put(key, b"")
        assert [each.key for each in objects.listed("z/")] == ["z/B", "z/a.csv", "z/a/c", "z/b.csv"]
        assert [each.key for each in objects.listed("z/a")] == ["z/a.csv", "z/a/c"]
        assert list(objects.listed("none/")) == []

    def test_what_is_listed_is_what_is_found(self, objects: Objects) -> None:
        objects.put("found/it", b"four")
        [listed] = objects.listed("found/")
        found = objects.find("found/it")
        assert found is not None
        assert (listed.key, listed.size, listed.tag) == (found.key, found.size, found.tag)
        assert (found.size, found.modified.utcoffset()) == (4, timedelta(0))
        assert abs(listed.modified - found.modified) < timedelta(seconds=1)

    def test_what_is_not_there_is_not_found(self, objects: Objects, tmp_path: Path) -> None:
        objects.put("there/a", b"")
        for key in ("there/b", "there", "there/", "there/a/b"):
            assert objects.find(key) is None
            with pytest.raises(NotFound):
                objects.read(key)
            with pytest.raises(NotFound):
                objects.fetch(key, tmp_path / "copy")

    def test_to_take_away_what_is_not_there_is_fine(self, objects: Objects) -> None:
        objects.put("gone", b"")
        for _ in range(2):
            objects.remove("gone")
        assert objects.find("gone") is None

    def test_a_file_goes_there_and_back(self, objects: Objects, tmp_path: Path) -> None:
        content = bytes(range(256)) * 50_000  # more than one part
        (tmp_path / "sent").write_bytes(content)
        objects.put("file", b"old")
        objects.put_file("file", tmp_path / "sent")
        objects.fetch("file", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == content

    def test_what_is_there_is_not_put_anew(self, objects: Objects) -> None:
        assert objects.put_new("once", b"first")
        assert not objects.put_new("once", b"second")
        assert objects.read("once") == b"first"

    def test_one_of_many_that_put_the_same_key_at_once_has_done_it(self, objects: Objects) -> None:
        start = Barrier(8)

        def put(number: int) -> bool:
            start.wait()
            return objects.put_new("raced", str(number).encode())

        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(put, range(8)))
        assert done.count(True) == 1
        assert objects.read("raced") == str(done.index(True)).encode()

    def test_the_tag_changes_with_what_is_put_within_the_same_second(self, objects: Objects) -> None:
        tags = set()
        for content in (b"one", b"two", b"six"):
            objects.put("replaced", content)
            found = objects.find("replaced")
            assert found is not None
            tags.add(found.tag)
        assert len(tags) == 3

    def test_what_somebody_else_has_put_meanwhile_is_not_written_over(self, objects: Objects) -> None:
        assert objects.put_over("account", b"1", None)
        assert not objects.put_over("account", b"none", None)
        read = objects.find("account")
        assert read is not None
        assert objects.put_over("account", b"22", read.tag)
        assert not objects.put_over("account", b"333", read.tag)
        assert objects.read("account") == b"22"
        objects.remove("account")
        assert not objects.put_over("account", b"4444", read.tag)

    def test_of_many_that_count_at_once_none_is_forgotten(self, objects: Objects) -> None:
        objects.put("count", b"0 ")

        def add() -> None:
            while True:
                found = objects.find("count")
                assert found is not None
                more = b"%d %s" % (int(objects.read("count").split()[0]) + 1, b"x" * 10)
                if objects.put_over("count", more, found.tag):
                    return

        with ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(add) for _ in range(12)]:
                done.result()
        assert objects.read("count").split()[0] == b"12"
