from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.domain.errors import SourceUnavailable
from lake.doors.download import Downloaded, Downloader, Limits
from lake.doors.sources import Source
from tests.unit.lake.doors.server import Asked, Files, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.lake.doors.server import Answer

CONTENT = b"pair,event_time,bid,ask\nUSD/MXN,2024-01-05T14:15:00Z,16.8512,16.8598\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = "/rates.csv?key=secret"


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as files:
        yield files


def fetched(
    files: Files, into: Path, *answers: Answer, etag: str = "", sha256: bool = False, **limits: float
) -> Downloaded | None:
    files.answers[PATH] = list(answers)
    download = Downloader(Limits(**{"silence": 5.0, **limits}), Backoff(attempts=3, base=0.001))  # type: ignore[arg-type]
    source = Source("rates", "fx_prices", files.url + PATH, sha256)
    return download(source, into / "file", etag)


def whole(asked: Asked) -> None:
    asked.say(200, CONTENT, ETag='"1"')


def methods(files: Files) -> list[str]:
    return [method for method, _, _ in files.asked]


def test_a_file_comes_whole_with_its_hash_and_its_version(files: Files, tmp_path: Path) -> None:
    assert fetched(files, tmp_path, whole) == Downloaded(SHA256, len(CONTENT), '"1"')
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_version_that_is_known_is_not_fetched_again(files: Files, tmp_path: Path) -> None:
    def unchanged(asked: Asked) -> None:
        assert asked.headers["If-None-Match"] == '"1"'
        asked.say(304, ETag='"1"')

    assert fetched(files, tmp_path, unchanged, etag='"1"') is None


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_ill_is_asked_again(files: Files, tmp_path: Path, status: int) -> None:
    assert fetched(files, tmp_path, lambda asked: asked.say(status), whole) is not None
    assert methods(files) == ["GET", "GET", "HEAD"]


def test_one_that_stays_ill_is_given_up_on(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="rates: its server answered 500"):
        fetched(files, tmp_path, lambda asked: asked.say(500))
    assert methods(files) == ["GET"] * 3


@pytest.mark.parametrize("status", [404, 403, 204, 206])
def test_what_is_not_there_or_not_whole_is_not_asked_for_again(files: Files, tmp_path: Path, status: int) -> None:
    with pytest.raises(SourceUnavailable, match=str(status)):
        fetched(files, tmp_path, lambda asked: asked.say(status))
    assert methods(files) == ["GET"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_not_even_to_the_same_server(files: Files, tmp_path: Path, status: int) -> None:
    files.answers["/elsewhere"] = [whole]
    with pytest.raises(SourceUnavailable, match="another address, which is not followed"):
        fetched(files, tmp_path, lambda asked: asked.say(status, Location="/elsewhere"))
    assert methods(files) == ["GET"]


def test_fewer_bytes_than_were_declared_are_no_file(files: Files, tmp_path: Path) -> None:
    def cut(asked: Asked) -> None:
        asked.say(200, CONTENT[:5], Content_Length=str(5 * 10**8))

    with pytest.raises(SourceUnavailable, match="connection failed|were declared"):
        fetched(files, tmp_path, cut)
    assert methods(files) == ["GET"] * 3


def test_a_file_that_is_declared_too_large_is_not_read(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="more than 1073741824 bytes"):
        fetched(files, tmp_path, lambda asked: asked.say(200, b"12345", Content_Length=str(5 * 10**9)))
    assert methods(files) == ["GET"]


def chunked(*chunks: bytes, ends: bool = True) -> Answer:
    def answer(asked: Asked) -> None:
        asked.protocol_version = "HTTP/1.1"
        asked.say(200, b"", Content_Length="", Transfer_Encoding="chunked", Connection="close")
        for chunk in chunks:
            asked.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        if ends:
            asked.wfile.write(b"0\r\n\r\n")

    return answer


def test_a_file_whose_length_nobody_knows_yet_is_whole_when_its_end_has_come(files: Files, tmp_path: Path) -> None:
    found = fetched(files, tmp_path, chunked(CONTENT[:10], CONTENT[10:]))
    assert found is not None
    assert found.sha256 == SHA256


def test_one_whose_end_does_not_come_is_none(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="connection failed"):
        fetched(files, tmp_path, chunked(CONTENT, ends=False))


def test_one_that_is_larger_than_may_be_is_cut_off(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="more than 20 bytes"):
        fetched(files, tmp_path, chunked(*([b"0123456789"] * 50)), most_bytes=20)
    assert methods(files) == ["GET"]


def test_without_length_and_checksum_nobody_can_tell_whether_it_is_whole(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="nobody says how long it is"):
        fetched(files, tmp_path, lambda asked: asked.say(200, CONTENT, Content_Length=""))


def test_what_drips_is_given_up_on(files: Files, tmp_path: Path) -> None:
    def drip(asked: Asked) -> None:
        asked.say(200, b"", Content_Length="1000")
        try:
            for _ in range(50):
                asked.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            pass

    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"longer than 0.1 seconds"):
        fetched(files, tmp_path, drip, seconds=0.1)
    assert time.monotonic() - begun < 2


def test_a_server_that_says_nothing_is_given_up_on(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="ReadTimeoutError"):
        fetched(files, tmp_path, lambda asked: time.sleep(0.3), silence=0.05)


def test_nothing_is_no_file(files: Files, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="it is empty"):
        fetched(files, tmp_path, lambda asked: asked.say(200))


def test_a_file_that_was_changed_while_it_was_read_is_read_again(files: Files, tmp_path: Path) -> None:
    def newer(asked: Asked) -> None:
        asked.say(200, CONTENT + CONTENT, ETag='"2"')

    found = fetched(files, tmp_path, whole, newer)  # the HEAD behind the first sees the second version
    assert found == Downloaded(hashlib.sha256(CONTENT * 2).hexdigest(), 2 * len(CONTENT), '"2"')
    assert methods(files) == ["GET", "HEAD", "GET", "HEAD"]


@pytest.mark.parametrize("words", [b"%b", b"%b  rates.csv\n", b"\n%b\n"])
def test_a_checksum_beside_it_is_kept(files: Files, tmp_path: Path, words: bytes) -> None:
    files.answers["/rates.csv.sha256?key=secret"] = [lambda asked: asked.say(200, words % SHA256.upper().encode())]
    assert fetched(files, tmp_path, whole, sha256=True) is not None


def test_a_checksum_that_comes_after_its_file_is_waited_for(files: Files, tmp_path: Path) -> None:
    files.answers["/rates.csv.sha256?key=secret"] = [
        lambda asked: asked.say(200, b"0" * 64),
        lambda asked: asked.say(200, SHA256.encode()),
    ]
    assert fetched(files, tmp_path, whole, sha256=True) is not None


@pytest.mark.parametrize(("said", "problem"), [(b"0" * 64, "not that of its checksum"), (b"<html>", "no SHA-256")])
def test_a_file_of_another_checksum_is_none(files: Files, tmp_path: Path, said: bytes, problem: str) -> None:
    files.answers["/rates.csv.sha256?key=secret"] = [lambda asked: asked.say(200, said)]
    with pytest.raises(SourceUnavailable, match=problem):
        fetched(files, tmp_path, whole, sha256=True)


@pytest.mark.parametrize(("name", "form"), [("Digest", "sha-256={}"), ("Repr_Digest", "sha-256=:{}:")])
def test_a_digest_that_the_server_sends_along_is_kept(files: Files, tmp_path: Path, name: str, form: str) -> None:
    def with_digest(content: bytes) -> Answer:
        digest = form.format(base64.b64encode(hashlib.sha256(content).digest()).decode())
        return lambda asked: asked.say(200, CONTENT, **{name: digest})

    assert fetched(files, tmp_path, with_digest(CONTENT)) is not None
    with pytest.raises(SourceUnavailable, match="not that of its checksum"):
        fetched(files, tmp_path, with_digest(b"another"))


def test_no_problem_tells_the_address(tmp_path: Path) -> None:
    download = Downloader(Limits(silence=0.2), Backoff(attempts=1))
    with pytest.raises(SourceUnavailable) as told:
        download(Source("rates", "fx_prices", "http://127.0.0.1:9/rates.csv?key=secret"), tmp_path / "file")
    assert str(told.value) == "rates: the connection failed: NewConnectionError"
