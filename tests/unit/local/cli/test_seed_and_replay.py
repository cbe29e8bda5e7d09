"""`divisa seed` and `divisa replay`, on files of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from local import replaying
from tests.builders import USD_MXN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stores import Stores
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

FIRST = datetime(2024, 1, 10, 15, 0, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Arguments that name a past of two hours, one user and one row that cannot be used."""
    contents = {
        "prices": [
            "pair,event_time,bid,ask",
            *(f"USD/MXN,{(FIRST + timedelta(hours=n)).isoformat()},17.0{n},17.1" for n in range(3)),
            "USD/MXN,soon,17.00,17.01",
        ],
        "transactions": [
            "user_id,event_time,pair,side,quantity,price",
            f"ana,{(FIRST + timedelta(minutes=30)).isoformat()},USD/MXN,BUY,100.00,17.10",
        ],
        "users": [
            "user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair",
            "ana,es,+525512345678,,true,false,100.00,5000.00,USD/MXN",
        ],
    }
    arguments = []
    for name, lines in contents.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        arguments += [f"--{name}", str(path)]
    return arguments


def test_seeding_says_as_of_when_how_many_and_what_was_not_used(
    divisa: Divisa, stores: Stores, files: list[str]
) -> None:
    answer = divisa("seed", *files)

    assert answer.code == 0
    assert answer.out.splitlines() == [
        "USD/MXN: the market as of 2024-01-10 17:00 UTC",
        "1 users are in the laptop cloud.",
        "The first of the file can sign in to the API: divisa login ana",
        "Rows not used: bad_time 1",
    ]


@pytest.mark.parametrize("until", ["2024-01-10T16:00:00", "2024-01-10T10:00:00-06:00"])
def test_a_moment_without_an_offset_is_utc_and_one_with_an_offset_is_itself(
    divisa: Divisa, stores: Stores, files: list[str], until: str
) -> None:
    assert divisa("seed", *files, "--until", until).code == 0
    assert stores.markets.load(USD_MXN).gate.last_event_time == FIRST + timedelta(hours=1)


def test_a_cloud_that_was_seeded_may_be_left_alone(divisa: Divisa, stores: Stores, files: list[str]) -> None:
    divisa("seed", *files)
    before = stores.markets.load(USD_MXN)

    assert divisa("seed", *files, "--if-empty").out == "Seeded before; nothing done.\n"
    assert stores.markets.load(USD_MXN) == before


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay whose clock nobody follows, at once."""
    monkeypatch.setattr(clients, "ssm", lambda: SimpleNamespace(put_parameter=lambda **arguments: None))
    monkeypatch.setattr(replaying, "LEAD", timedelta(0))


@pytest.mark.usefixtures("no_waiting")
def test_a_replay_publishes_what_comes_next_and_says_how_much(divisa: Divisa, stores: Stores, files: list[str]) -> None:
    divisa("seed", *files, "--until", FIRST.isoformat(), "--limit", "1")
    divisa("seed", *files, "--until", (FIRST + timedelta(hours=1)).isoformat())
    answer = divisa("replay", *files[:2], "--speed", "1000000")

    assert answer.code == 0
    assert answer.out.startswith("Rows not used: bad_time 1\n1 quotes published. See `divisa suggestions`")
    assert isinstance(stores.stream, MemoryQuoteStream)
    assert [quote.event_time for quote in stores.stream.published] == [FIRST + timedelta(hours=2)]


def test_a_speed_that_is_no_number_is_refused(divisa: Divisa, stores: Stores, files: list[str]) -> None:
    divisa("seed", *files, "--until", "2024-01-10T16:00:00")
    answer = divisa("replay", *files[:2], "--speed", "nan")

    assert (answer.code, answer.out) == (2, "")
    assert "speed" in answer.err


def test_a_cloud_that_was_never_seeded_has_nothing_to_go_on_from(divisa: Divisa, stores: Stores) -> None:
    answer = divisa("replay")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "replay: this cloud knows no prices yet; run `divisa seed` first\n"


@pytest.mark.usefixtures("no_waiting")
def test_a_replay_that_is_interrupted_says_so_in_one_line_and_goes_on_where_it_was(
    divisa: Divisa, stores: Stores, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(published: object) -> int:
        raise KeyboardInterrupt

    divisa("seed", *files, "--until", (FIRST + timedelta(hours=1)).isoformat())
    with monkeypatch.context() as patched:
        patched.setattr(stores.stream, "publish", interrupt)
        answer = divisa("replay", *files[:2], "--speed", "1000000")

    assert (answer.code, answer.out, answer.err) == (130, "", "interrupted\n")
    assert "1 quotes published" in divisa("replay", *files[:2], "--speed", "1000000").out
