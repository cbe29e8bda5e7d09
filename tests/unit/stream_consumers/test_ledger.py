from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.ledger_stream import MemoryLedgerStream
from divisa.adapters.wire import entry_to_fields
from divisa.domain.errors import InvalidSetting, StreamUnavailable
from stream_consumers import ledger
from tests.builders import an_entry
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.ledger import LedgerEntry
    from tests.unit.stream_consumers.conftest import Output

ANA, EVA = (an_entry(user_id=user, quantity="98765.43") for user in ("ana-1", "eva-2"))


class MoodyStream(MemoryLedgerStream):
    """A stream that refuses everything when told to."""

    refuses = False

    def publish(self, entries: Iterable[LedgerEntry]) -> int:
        if self.refuses:
            raise StreamUnavailable("2 records were refused after every retry: Throttled")
        return super().publish(entries)


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> MoodyStream:
    """What stands in place of the stream that settings would wire."""
    made = MoodyStream()
    monkeypatch.setattr(ledger, "_stream", lambda: made)
    return made


def image_of(entry: LedgerEntry) -> dict[str, Any]:
    fields = entry_to_fields(entry) | {"owner": "person"}
    return {name: {"S": each} if isinstance(each, str) else {"N": str(each)} for name, each in fields.items()}


def an_event(*images: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"SequenceNumber": f"{number}00", "NewImage": image},
            }
            for number, image in enumerate(images, start=1)
        ]
    }


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_each_insert_is_published_in_order(stream: MoodyStream, context: LambdaContext, output: Output) -> None:
    assert failed(ledger.handler(an_event(image_of(ANA), image_of(EVA)), context)) == []
    assert stream.published == [ANA, EVA]
    assert output.counted() == {"EntriesPublished": 2}


@SILENT
def test_a_batch_that_the_stream_does_not_take_whole_fails_so_that_it_comes_again(
    stream: MoodyStream, context: LambdaContext, output: Output
) -> None:
    stream.refuses = True
    with pytest.raises(StreamUnavailable):
        ledger.handler(an_event(image_of(ANA), image_of(EVA)), context)


def test_an_item_that_is_no_entry_is_named_and_the_others_are_published(
    stream: MoodyStream, context: LambdaContext, output: Output
) -> None:
    broken = {name: value for name, value in image_of(ANA).items() if name != "side"}
    assert failed(ledger.handler(an_event(broken, image_of(EVA), {}), context)) == ["100", "300"]
    assert stream.published == [EVA]
    assert "InvalidInput: the item is not a ledger entry" in output.text()


def test_amounts_and_users_stay_out_of_the_log(stream: MoodyStream, context: LambdaContext, output: Output) -> None:
    odd = {**image_of(ANA), "amount_minor": {"N": "12345678.5"}}
    ledger.handler(an_event(odd, image_of(EVA)), context)
    written = output.text()
    assert not [secret for secret in ("12345678", "98765", "9876543", "ana-1", "eva-2") if secret in written]


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    ledger._stream.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        ledger.handler(an_event(image_of(ANA)), context)
