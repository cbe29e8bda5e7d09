"""What people's adapters do when AWS does not answer, and which tables are theirs."""

from __future__ import annotations

from typing import Any, cast

import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.erasure_markers import S3ErasureMarkers
from divisa.adapters.aws.erasure_queue import SqsErasureQueue
from divisa.adapters.aws.personal_rows import PERSONAL
from divisa.adapters.aws.sign_ins import CognitoSignIns
from divisa.adapters.aws.tables import DEFINITIONS
from divisa.domain.errors import StoreUnavailable
from infra.artifact import ROOT
from tests.builders import WEDNESDAY
from tests.unit.adapters.aws.failing import Scripted, client_error

BUSY = client_error("ServiceUnavailable", 503)


def queue(client: Scripted) -> SqsErasureQueue:
    return SqsErasureQueue(cast("Any", client), "https://sqs/e", backoff=Backoff(attempts=3, sleep=lambda _: None))


def test_a_request_is_sent_again_until_the_queue_takes_it() -> None:
    client = Scripted(BUSY, BUSY, {})
    queue(client).put("ana")
    assert [call["MessageBody"] for call in client.calls] == ['{"user_id":"ana"}'] * 3


def test_a_request_that_the_queue_never_takes_is_an_error() -> None:
    with pytest.raises(StoreUnavailable, match="ServiceUnavailable") as gone:
        queue(Scripted(*[BUSY] * 3)).put("ana")
    assert "ana" not in str(gone.value)
    assert gone.value.__cause__ is BUSY


def test_a_bucket_that_does_not_answer_is_an_error_and_a_marker_that_is_there_is_none() -> None:
    there = client_error("PreconditionFailed", 412)
    S3ErasureMarkers(cast("Any", Scripted(there)), "lake").put("erased-1", WEDNESDAY)
    with pytest.raises(StoreUnavailable, match="ServiceUnavailable"):
        S3ErasureMarkers(cast("Any", Scripted(BUSY)), "lake").put("erased-1", WEDNESDAY)


@pytest.mark.parametrize("call", ["find", "disable", "delete"])
def test_a_user_pool_that_does_not_answer_is_an_error_without_the_user(call: str) -> None:
    with pytest.raises(StoreUnavailable, match="ServiceUnavailable") as gone:
        getattr(CognitoSignIns(cast("Any", Scripted(BUSY)), "pool"), call)("ana")
    assert "ana" not in str(gone.value)


def test_every_table_is_erased_with_its_user_or_known_to_hold_nobody_by_key() -> None:
    erased = {definition.name for definition in PERSONAL}
    others = {definition.name for definition in DEFINITIONS} - erased
    assert erased == {
        "portfolios",
        "summaries",
        "suggestions",
        "recipients",
        "devices",
        "throttles",
        "outcomes",
        "pacing",
    }
    # The ledger is put under a pseudonym, watches and deliveries are erased by keys of their own.
    assert others == {"transactions", "watches", "deliveries", "erasures", "market", "bars", "nonces", "budgets"}


def test_the_function_that_erases_may_do_so_in_every_table_that_holds_people() -> None:
    role = (ROOT / "infra/people_roles.yml").read_text()
    for definition in PERSONAL:
        assert f"!GetAtt {definition.name.title()}Table.Arn" in role
