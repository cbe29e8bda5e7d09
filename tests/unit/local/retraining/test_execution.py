from __future__ import annotations

import os
import tarfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local.retraining.errors import RetrainingFailed
from tests.unit.local.retraining.pipelines import ADD, FAILING, TRAIN, Laptop

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.slow


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return Laptop(tmp_path)


def test_each_step_takes_what_the_one_before_left_and_the_model_is_registered(laptop: Laptop) -> None:
    ended = laptop.run()

    assert (ended.registered, ended.refused) == ("arn:model-package/1", None)
    assert ended.ran == ("Add", "Teach", "Register")
    [request] = laptop.registry.requests
    with tarfile.open(urlsplit(request["ModelDataUrl"]).path) as model:
        content = model.extractfile("weight.txt")
        assert content is not None
        assert content.read() == b"5 ['--rounds=7'] blue"


def test_what_begins_and_what_a_job_says_is_told(laptop: Laptop) -> None:
    laptop.run()

    assert laptop.said[:3] == ["Add: Numbers to their sum", "Add: adding 2", "Teach: Training"]


def test_what_was_done_before_is_not_done_again_and_not_registered_twice(laptop: Laptop) -> None:
    laptop.run()
    again = laptop.run()

    assert (again.ran, again.kept) == ((), ("Add", "Teach", "Register"))
    assert again.registered == "arn:model-package/1"
    assert len(laptop.registry.requests) == 1


def test_a_registry_that_was_wiped_gets_its_version_again(laptop: Laptop) -> None:
    laptop.run()
    laptop.registry.requests.clear()

    assert laptop.run().ran == ("Register",)


@pytest.mark.parametrize(
    ("change", "ran"),
    [
        (lambda laptop: laptop.number(4), ("Add", "Teach", "Register")),
        (lambda laptop: laptop.code(train=TRAIN + "\n"), ("Teach", "Register")),
        (lambda laptop: (laptop.folder / "s3/models/runs").rename(laptop.folder / "gone"), ("Add", "Teach")),
    ],
    ids=["another number", "another program", "outputs gone"],
)
def test_what_changed_is_done_again_with_all_that_follows_from_it(
    laptop: Laptop, change: Any, ran: tuple[str, ...]
) -> None:
    laptop.run()
    change(laptop)

    assert laptop.run().ran == ran


def test_a_condition_that_is_not_met_registers_nothing_and_says_why(laptop: Laptop) -> None:
    ended = laptop.run(More=7)

    assert (ended.registered, ended.refused) == (None, "too large: 10")
    assert laptop.registry.requests == []


def test_another_limit_alone_runs_no_job_again(laptop: Laptop) -> None:
    laptop.run(More=7)

    assert laptop.run(More=7, Most=11).ran == ("Register",)


def test_a_program_that_fails_fails_the_run_by_name_with_its_last_words(laptop: Laptop) -> None:
    laptop.code(train=FAILING)

    with pytest.raises(RetrainingFailed, match="(?s)Teach: ended with code 1; .*the data are not what they were"):
        laptop.run()
    assert laptop.registry.requests == []


def test_a_run_goes_on_where_the_last_one_failed(laptop: Laptop) -> None:
    laptop.code(train=FAILING)
    with pytest.raises(RetrainingFailed):
        laptop.run()
    laptop.code()

    ended = laptop.run()

    assert (ended.kept, ended.ran) == (("Add",), ("Teach", "Register"))


@pytest.mark.parametrize(
    ("add", "problem"),
    [
        ("pass", "Add: left nothing as sum"),
        (ADD.replace("sum.json", "other.json"), r"Add: left no sum\.json that can be read"),
        (ADD.replace('{"sum"', '{"total"'), "names what there is not: 'sum'"),
    ],
)
def test_a_job_that_leaves_something_else_than_agreed_fails_the_run(laptop: Laptop, add: str, problem: str) -> None:
    laptop.code(add=add)

    with pytest.raises(RetrainingFailed, match=problem):
        laptop.run()
    assert laptop.registry.requests == []


def test_inputs_that_are_not_there_are_named(laptop: Laptop) -> None:
    with pytest.raises(RetrainingFailed, match="there is nothing at s3://lake/other/"):
        laptop.run(Numbers="s3://lake/other/")


def test_a_parameter_that_the_definition_has_not_is_refused(laptop: Laptop) -> None:
    with pytest.raises(RetrainingFailed, match="there is no parameter Least"):
        laptop.run(Least=1)


def test_an_interrupted_job_is_ended_and_its_step_is_not_taken_for_done(laptop: Laptop) -> None:
    laptop.code(add="import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    jobs: list[int] = []

    def interrupt(line: str) -> None:
        said = line.removeprefix("Add: ")
        if said.isdigit():
            jobs.append(int(said))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        laptop.run(report=interrupt)

    with pytest.raises(ProcessLookupError):
        os.kill(jobs[0], 0)
    laptop.code()
    assert laptop.run().ran == ("Add", "Teach", "Register")
