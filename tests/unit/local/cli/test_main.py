"""What holds for every command."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import typer

from divisa.domain.errors import LaptopCloudError
from local import cloud
from local.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]


def commands_of(group: Any, before: str = "") -> dict[str, Any]:
    """The commands of a group, and those of the groups in it, by all that is typed."""
    found: dict[str, Any] = {}
    for name, what in group.commands.items():
        found |= commands_of(what, f"{before}{name} ") if hasattr(what, "commands") else {f"{before}{name}": what}
    return found


COMMANDS = commands_of(typer.main.get_group(app))


def test_every_command_of_the_main_job_is_there() -> None:
    main = {"train", "up", "down", "status", "seed", "replay", "suggestions", "inbox", "quarantine", "demo"}
    assert main <= COMMANDS.keys()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_says_what_a_command_does_what_each_option_means_and_what_to_try(divisa: Divisa, command: str) -> None:
    answer = divisa(*command.split(), "--help")

    assert (answer.code, answer.err) == (0, "")
    what = COMMANDS[command]
    assert (what.help or "").splitlines()[0] in " ".join(answer.out.split())
    assert "Try" in answer.out
    assert answer.out.count(f"divisa {command}") >= 2, "the usage, and at least one example"
    silent = [option.name for option in what.params if not getattr(option, "help", None)]
    assert not silent, f"options without a word: {silent}"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_an_example_uses_options_that_exist(command: str) -> None:
    what = COMMANDS[command]
    words = [word for line in (what.epilog or "").split("[cyan]")[1:] for word in line.split("[/cyan]")[0].split()]

    known = {option for parameter in what.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert words.count("divisa") >= 1


def test_without_arguments_the_commands_are_listed(divisa: Divisa) -> None:
    answer = divisa()

    assert all(command.split()[0] in answer.out for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("inbox", "--channel", "pigeon"),
        ("replay", "--speed", "0"),
        ("replay", "--speed", "1e12"),
        ("replay", "--days", "0"),
        ("replay", "--days", "99999999"),
        ("seed", "--until", "yesterday"),
        ("suggestions", "--limit", "-1"),
        ("demo", "--users", "0"),
    ],
)
def test_what_makes_no_sense_is_said_with_exit_code_2(divisa: Divisa, arguments: tuple[str, ...]) -> None:
    answer = divisa(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert (arguments[1] if len(arguments) > 1 else arguments[0]) in answer.err, "what is wrong is named"


def test_a_failure_is_one_line_and_the_end_of_a_log_where_there_is_one(
    divisa: Divisa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise LaptopCloudError("mappings", "has stopped by itself; the end of its log:\n  [boom] last words")

    monkeypatch.setattr(cloud, "up", fail)

    answer = divisa("up")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "mappings: has stopped by itself; the end of its log:\n  [boom] last words\n"


def test_an_interruption_while_the_program_is_being_loaded_says_so(
    divisa: Divisa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    loading = ModuleType("local.cli.app")
    monkeypatch.setattr(loading, "__getattr__", interrupt, raising=False)
    monkeypatch.setitem(sys.modules, "local.cli.app", loading)

    answer = divisa("status")

    assert (answer.code, answer.out, answer.err) == (130, "", "interrupted\n")


def test_an_interrupted_command_says_so(divisa: Divisa, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cloud, "down", interrupt)

    answer = divisa("down")

    assert answer.code == 130
    assert answer.err.endswith("interrupted\n")
