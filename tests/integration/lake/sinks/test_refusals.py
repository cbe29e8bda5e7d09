from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from sqlalchemy import NullPool, create_engine, text

from divisa.domain.errors import ConcurrentUpdate, InvalidInput, StoreUnavailable
from lake.sinks.refusals import refusals
from lake.sinks.relational import RelationalSink
from lake.sinks.settings import RelationalSettings
from local.processes import free_port
from tests.integration.lake.sinks.typed import JOBS, content, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Engine

pytestmark = pytest.mark.integration


def test_two_rows_with_one_key_are_refused_and_nothing_is_loaded(sink: RelationalSink, engine: Engine) -> None:
    sink.load(JOBS, [])
    with pytest.raises(InvalidInput, match="^hr_jobs: two rows have the same key$") as told:
        sink.load(JOBS, jobs((1, "Private"), (1, "Secret")))
    assert told.value.__cause__ is None
    assert content(engine, "hr_jobs", "id") == []


def test_what_a_database_cannot_hold_is_told_without_its_value(sink: RelationalSink) -> None:
    with pytest.raises(InvalidInput) as told:
        sink.load(JOBS, jobs((1, "Ana\x00Private")))
    assert "Private" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_batch_that_breaks_off_leaves_the_table_as_it_was(sink: RelationalSink, engine: Engine) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from jobs((1, "Chef"), (2, "Clerk"))
        raise RuntimeError("no more")

    sink.load(JOBS, jobs((1, "Cook")))
    with pytest.raises(RuntimeError, match="no more"):
        sink.load(JOBS, broken())
    assert content(engine, "hr_jobs", "id", "job") == [(1, "Cook")]


def test_rows_of_other_columns_are_refused(sink: RelationalSink) -> None:
    with pytest.raises(InvalidInput, match="^rows of hr_jobs come without job$"):
        sink.load(JOBS, [pa.RecordBatch.from_pydict({"id": [1]})])
    with pytest.raises(InvalidInput, match="^rows of hr_jobs are of other types than its columns$"):
        sink.load(JOBS, [pa.RecordBatch.from_pydict({"id": ["one"], "job": ["Cook"]})])


def test_a_database_that_is_not_there_is_unavailable(address: URL) -> None:
    nobody = RelationalSink.of(RelationalSettings(address.set(port=free_port())))
    with pytest.raises(StoreUnavailable, match="hr_jobs: the database did not answer") as told:
        nobody.load(JOBS, jobs((1, "Cook")))
    assert str(address.password) not in f"{told.value} {told.value.__cause__}"


def test_a_wrong_password_is_told_without_it(address: URL) -> None:
    stranger = RelationalSink.of(RelationalSettings(address.set(password="not-this-one")))
    with pytest.raises(StoreUnavailable) as told:
        stranger.load(JOBS, [])
    assert "not-this-one" not in f"{told.value} {told.value.__cause__}"


def test_a_session_that_breaks_off_in_the_middle_is_unavailable_and_leaves_nothing(
    sink: RelationalSink, engine: Engine
) -> None:
    def cut() -> Iterator[pa.RecordBatch]:
        yield from jobs((2, "Clerk"))
        with create_engine(engine.url, poolclass=NullPool).begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        yield from jobs((3, "Pilot"))

    sink.load(JOBS, jobs((1, "Cook")))
    with pytest.raises(StoreUnavailable):
        sink.load(JOBS, cut())
    assert content(engine, "hr_jobs", "id") == [(1,)]


def test_of_two_who_change_what_the_other_one_read_the_second_is_told_to_begin_again(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE hr_jobs (id BIGINT PRIMARY KEY, job TEXT)"))
    careful = engine.execution_options(isolation_level="SERIALIZABLE")
    with (
        pytest.raises(ConcurrentUpdate, match="^hr_jobs: somebody else wrote to it meanwhile$"),
        refusals("hr_jobs"),
        careful.connect() as one,
        careful.connect() as other,
    ):
        for number, connection in enumerate((one, other)):
            connection.execute(text("SELECT COUNT(*) FROM hr_jobs"))
            connection.execute(text("INSERT INTO hr_jobs VALUES (:id, 'Cook')"), {"id": number})
        one.commit()
        other.commit()
    assert content(engine, "hr_jobs", "id") == [(0,)]
