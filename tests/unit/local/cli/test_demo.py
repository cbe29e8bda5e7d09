from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from divisa.domain.recipient import Channel
from local import demo
from local.cli.demo import LiveView, show_summary
from local.inbox import InboxMessage
from tests.builders import WEDNESDAY, a_quote
from tests.unit.local.memory_stores import USD_BRL
from tests.unit.local.visits import a_visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

REPORT: dict[str, Any] = {
    "quotes": 1234,
    "evaluations": {"broken": 5_678, "refreshed": 6_789, "everyone": 567_890},
    "suggestions": 345,
    "delivered": {"push": 54, "email": 432, "sms": 321},
    "suppressed": {"cooldown": 21, "no_funds": 13},
    "unsent": {"email: expired": 17},
    "quarantined": 19,
    "lost": 0,
    "quote_to_inbox_ms": {"p50": 812.4, "p99": 2345.6},
    "model": {"log_loss": 0.2345, "base_rate_log_loss": 0.3456, "oracle_log_loss": 0.1234, "ece": 0.0123},
    "trade": a_visit().report(),
    "users": 500,
    "users_are_simulated": True,
    "seconds": 98.7,
}
TEXTS = [InboxMessage(Channel.SMS, f"t-{n}", f"+5255123456{n:02d}", f"Vende {n} [USD]") for n in range(20)]
MAIL = InboxMessage(
    Channel.EMAIL, "e-1", "ana@example.com", "Hello,\n\nYou can sell 9 [USD].\n\nIt is high.\n\nDivisa", "A good price"
)


def a_console(**options: Any) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, width=120, color_system=None, **options), written


def test_the_view_shows_steps_the_newest_prices_and_the_newest_messages() -> None:
    console, written = a_console(force_terminal=True)
    with LiveView(console) as view:
        view.stage("Replaying [3] quotes")
        view.trained({"log_loss": 0.2, "base_rate_log_loss": 0.3, "oracle_log_loss": 0.1})
        view.priced([a_quote("17.05"), a_quote("17.25", at=WEDNESDAY + timedelta(minutes=5))])
        view.priced([a_quote("5.05", pair=USD_BRL, bid="5.04", ask="5.06", at=WEDNESDAY + timedelta(minutes=3))])
        view.received([*TEXTS, MAIL])

    shown = written.getvalue()
    assert "· Replaying [3] quotes" in shown
    assert "Log loss 0.2000; the base rate's 0.3000, the simulator's own 0.1000" in shown
    assert "2024-01-10 15:05 UTC   USD/BRL 5.0500   USD/MXN 17.2500   21 messages" in shown
    assert "Vende 19 [USD]" in shown
    assert "You can sell 9 [USD]. It is high." in shown
    assert "Vende 5 [USD]" not in shown, "only the newest fit"


def test_the_view_tells_what_somebody_bought_and_what_followed() -> None:
    console, written = a_console()
    with LiveView(console) as view:
        view.traded(a_visit())
        view.traded(a_visit(folded=0))

    shown = " ".join(written.getvalue().split())
    assert "Meanwhile u-000001 signs in and buys over the API" in shown
    assert "Bought 100.00 USD at 17.051 MXN: 1,705.10 MXN. Entry 1 of the ledger, t-1." in shown
    assert (
        "0.8 s later entry 1 is in the behaviour summary, and the watch was evaluated again: no band before, " in shown
    )
    assert "SELL from 16.5000 to 17.5000 now." in shown
    assert "After 1 s it is not in the behaviour summary" in shown


def test_the_view_keeps_numbers_and_addresses_to_itself() -> None:
    console, written = a_console(force_terminal=True)
    with LiveView(console) as view:
        view.received([TEXTS[0], MAIL])

    assert "+52********00" in written.getvalue()
    assert not [each for each in (TEXTS[0].to, MAIL.to) if each in written.getvalue()]


def test_messages_may_come_before_the_first_price() -> None:
    console, written = a_console(force_terminal=True)
    with LiveView(console) as view:
        view.received([MAIL])

    assert "UTC" not in written.getvalue()


def test_where_nobody_looks_on_only_the_steps_are_written() -> None:
    console, written = a_console()
    with LiveView(console) as view:
        view.stage("Seeding")
        view.priced([a_quote()])
        view.priced([a_quote(at=WEDNESDAY + timedelta(minutes=1))])

    assert written.getvalue().splitlines()[0] == "· Seeding"


def test_the_summary_shows_every_figure_of_the_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    show_summary(REPORT, [*TEXTS, MAIL])

    shown = capsys.readouterr().out
    figures = (
        *(
            "1,234",
            "5,678 broken watches, 6,789 old ones",
            "567,890",
            "345",
            "54 notifications",
            "321 SMS",
            "432 emails",
        ),
        *("21 cooldown", "13 no_funds", "17 email: expired", "19"),
        *(
            "100.00 of USD/MXN at 17.051, in the summary and the watch after 0.8 s",
            "812 ms median",
            "2,346 ms p99",
            "0.2345",
            "0.3456",
            "0.1234",
            "0.0123",
            "99 s",
        ),
    )
    assert not [figure for figure in figures if figure not in shown]
    assert "sms to +52********19: Vende 19 [USD]" in shown
    assert "email to a***@example.com: You can sell 9 [USD]. It is high." in shown
    assert "The users are simulated" in shown


def test_a_run_without_a_message_has_a_summary_too(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = {"suppressed": {}, "unsent": {}, "quote_to_inbox_ms": {"p50": None, "p99": None}}
    show_summary(REPORT | nothing, [])

    shown = capsys.readouterr().out
    assert "from quote to inbox" not in shown
    assert shown.count("none") == 2


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (2, 1)])
def test_the_exit_code_says_whether_a_message_was_lost(
    divisa: Divisa, monkeypatch: pytest.MonkeyPatch, lost: int, code: int
) -> None:
    plans: list[demo.Plan] = []

    def run(view: demo.View, plan: demo.Plan) -> dict[str, Any]:
        plans.append(plan)
        return REPORT | {"lost": lost}

    monkeypatch.setattr(demo, "run", run)

    answer = divisa("demo", "--users", "9", "--days", "2", "--speed", "3600", "--json")

    assert answer.code == code
    assert json.loads(answer.out) == REPORT | {"lost": lost}
    assert plans == [demo.Plan(users=9, days=2, speed=3600.0)]


def test_people_get_the_summary(divisa: Divisa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "run", lambda view, plan: REPORT)

    assert "1,234" in divisa("demo").out
