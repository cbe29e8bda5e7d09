from __future__ import annotations

import pytest

from local.mappings.invocation import lowest_failure

BATCH = ["a", "b", "c"]


@pytest.mark.parametrize("payload", [b"", b"null", b"{}", b'{"batchItemFailures": []}', b'{"batchItemFailures": null}'])
def test_an_answer_that_names_no_failure_is_success(payload: bytes) -> None:
    assert lowest_failure(payload, BATCH) is None


def test_the_lowest_of_the_named_records_counts() -> None:
    payload = b'{"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}'

    assert lowest_failure(payload, BATCH) == 1


@pytest.mark.parametrize(
    "payload",
    [
        b"oops",
        b'"text"',
        b"[1]",
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"a": 1}}]}',
        b'{"batchItemFailures": [{"id": "b"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "unknown"}]}',
        b'{"batchItemFailures": 3}',
    ],
)
def test_an_answer_that_cannot_be_understood_fails_the_whole_batch(payload: bytes) -> None:
    assert lowest_failure(payload, BATCH) == 0
