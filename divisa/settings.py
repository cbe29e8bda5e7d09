"""Settings of the entrypoints: one frozen class each, read once from the environment, checked at the start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeVar

import msgspec

from divisa.domain.errors import InvalidInput, InvalidSetting, UnknownPair
from divisa.domain.pair import Pair
from divisa.domain.sms_budget import read_tariff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from divisa.domain.sms_budget import Tariff

Name = Annotated[str, msgspec.Meta(min_length=1)]
WebAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s?#]+[^\s?#/]$")]
"""An address without a slash at its end."""
S = TypeVar("S", bound="Settings")


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What every entrypoint needs. The variable of a field is its name in capitals."""

    stage: Name
    """Which deployment this is: `local`, `dev`, `prod`."""
    table_prefix: Name
    """What the names of its tables begin with, for example `divisa-local-`."""
    clock: Literal["system", "replay"]
    """`system` is the time of day; `replay` follows a replay through past days, as CLOCK_PARAMETER describes it."""
    clock_parameter: str = ""
    """SSM parameter of the replay's clock; needed when CLOCK is `replay`."""

    def __post_init__(self) -> None:
        """Check what concerns more than one field."""
        if self.clock == "replay" and not self.clock_parameter:
            raise InvalidSetting("CLOCK_PARAMETER", "is needed when CLOCK is replay")

    @classmethod
    def from_environment(cls: type[S], environment: Mapping[str, str] | None = None) -> S:
        """Read and check the settings; `environment` defaults to the process's.

        Raises:
            InvalidSetting: one is missing or wrong; names it.
        """
        try:
            return msgspec.convert(dict(os.environ if environment is None else environment), cls, strict=False)
        except msgspec.ValidationError as error:
            raise _invalid(str(error)) from None  # the library's message repeats the value, which may be a secret


def _invalid(problem: str) -> InvalidSetting:
    """The library's finding as an error that names the setting and keeps its value to itself."""
    what, _, name = problem.removesuffix("`").rpartition(" - at `$.")
    if not what:  # Object missing required field `STAGE`
        return InvalidSetting(name.rpartition("`")[2], "is missing")
    return InvalidSetting(name, "is none of its allowed values" if what.startswith("Invalid enum value") else what)


class DecidingSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """What every entrypoint needs that decides about watches."""

    endpoint_name: Name
    """SageMaker endpoint of the model."""
    max_quote_age_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)]
    """Older quotes are not decided at, seconds; the policy may want them younger."""
    policy_parameter: Name
    """SSM parameter with the knobs of the policy, one JSON document; a change is followed within a minute."""
    watch_shards: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    """Partitions that a pair's watches are spread over; the same as when they were seeded."""
    watch_age_hours: Annotated[float, msgspec.Meta(gt=0, le=720)]
    """Hours after which an evaluation is stale, whatever the price did. What moves with the calendar moves slowly."""
    decisions_stream_name: Name
    """Firehose delivery stream that carries decisions to the lake, with all that they were made of."""
    experiment_secret_id: Name
    """Secret whose key draws who is held out; the same for every entrypoint of a stage, or arms would change."""


class ServingSettings(DecidingSettings, frozen=True, kw_only=True, rename=str.upper):
    """What those of them need that go through the pairs."""

    pairs: Name
    """Served pairs, comma-separated: `USD/MXN,USD/BRL`."""


class ServesPairs(Protocol):
    """Settings of an entrypoint that is told which pairs are served."""

    @property
    def pairs(self) -> str:
        """Pairs, comma-separated."""


class ReachesDevices(Protocol):
    """Settings of an entrypoint that is told which platform applications there are."""

    @property
    def android_application_arn(self) -> str:
        """Of Android devices; empty for none."""

    @property
    def ios_application_arn(self) -> str:
        """Of iOS devices; empty for none."""


def served_pairs(settings: ServesPairs) -> frozenset[Pair]:
    """PAIRS as pairs.

    Raises:
        InvalidSetting: one of them is no pair.
    """
    try:
        return frozenset(Pair.parse(text.strip()) for text in settings.pairs.split(","))
    except UnknownPair as error:
        raise InvalidSetting("PAIRS", str(error)) from error


def sms_tariff(settings: SmsSettings) -> Tariff:
    """SMS_TARIFF as rates by country.

    Raises:
        InvalidSetting: it is no tariff.
    """
    try:
        return read_tariff(settings.sms_tariff)
    except InvalidInput as error:
        raise InvalidSetting("SMS_TARIFF", str(error)) from error


class QuotesSettings(ServingSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the quotes consumer."""

    quarantine_bucket: Name
    """S3 bucket for price events that were not believed."""
    backlog_queue_url: Name
    """SQS queue of the shards in which a price broke more watches than are decided at once."""
    decided_at_once: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Broken watches of one batch and pair that are decided before the next batch; more go to the backlog."""


class BacklogSettings(DecidingSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the backlog's consumer."""

    backlog_queue_url: Name
    """The queue that it reads; what there was no time for goes back to it."""


class RefreshSettings(ServingSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the scheduled refresh."""

    refreshes_per_run: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Watches of a pair that one run evaluates at most; with one run a minute, that times 60 times WATCH_AGE_HOURS is
    how many can be kept from growing old."""


class ReleaseSettings(DecidingSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the scheduled release of what quiet hours held back."""

    releases_per_run: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Users whose held suggestions one run looks at, at most; a run must be over before the next."""


class OutcomesSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the scheduled writing of outcomes."""

    outcomes_per_run: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Outcomes that one run writes at most, three of each suggestion; with one run an hour, a day may bring suggestions
    for 24 times as many."""


class TransactionsSettings(DecidingSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the consumer of the ledger's stream."""


class LedgerSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the consumer of the ledger table's own stream."""

    transactions_stream_name: Name
    """Kinesis stream that carries ledger entries to whoever follows what users do."""


class ToLakeSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the consumer of the streams of the suggestions' and the outcomes' table."""

    suggestions_door_name: Name
    """Firehose delivery stream that carries suggestions to the lake."""
    outcomes_door_name: Name
    """The same of what became of them."""


class OutboxSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the outbox."""

    suggestions_topic_arn: Name
    """SNS topic that carries suggestions to the channels' queues."""


class SenderSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """What every sender needs."""

    suggestions_topic_arn: Name
    """SNS topic on which the next channel hears of a suggestion that surely reached nobody over this one."""
    app_url: WebAddress
    """Where the app lives: messages lead to the suggestion's page in it, `APP_URL/s/…`."""
    delivery_tries: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    """How often the channel's queue hands a message out before it gives up; the last time passes on to the next
    channel what this one does not take."""


class PushSettings(SenderSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the sender of notifications."""

    android_application_arn: str
    """SNS platform application that sends to Android devices (FCM); empty while there is none."""
    ios_application_arn: str
    """SNS platform application that sends to iOS devices (APNs); empty while there is none."""


class SmsSettings(SenderSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the SMS sender."""

    sms_tariff: str
    """What messages may cost: `MX:0.0411:500`, comma-separated: country, price of one and cap of a month (UTC), both in
    US dollars. No message goes to a country that is not in it."""
    sms_sender_id: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9]{1,11})?$")]
    """Name shown as sender where the country allows it, at most 11 letters and digits; empty for none."""


class EmailSettings(SenderSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the email sender."""

    sender_email: Name
    """Verified SES address that emails come from."""
    configuration_set: Name
    """SES configuration set by which bounces and complaints are told."""
    api_url: WebAddress
    """Where the API answers people: unsubscribe links go there."""
    api_secret_id: Name
    """Secret of the API, by whose key unsubscribe links are signed; the same as the API's."""


class InboundSmsSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the consumer of what people text to us."""


class EmailFeedbackSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the consumer of what SES says to emails."""


class PeopleSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """What those entrypoints need that read, change and erase what is kept of people."""

    pairs: Name
    """Served pairs, comma-separated: `USD/MXN,USD/BRL`."""
    watch_shards: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    """Partitions that a pair's watches are spread over; the same as when they were seeded."""
    api_secret_id: Name
    """Secret of the API, from whose key pseudonyms are made; the same for every entrypoint of a stage."""
    user_pool_id: Name
    """Cognito user pool that people sign in at."""
    erasure_queue_url: Name
    """SQS queue of the people who are to be erased."""


class ApiSettings(PeopleSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the app's API."""

    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """What one user may ask in a minute of the wall; an app that is open asks some 30 times."""
    max_quote_age_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)]
    """Nobody trades at older quotes, seconds."""
    quote_validity_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)]
    """How long a quote id may be traded at, seconds of the wall: long enough to read a price and to press a button."""
    lake_bucket: Name
    """S3 bucket of the lake, in which files land that are handed in."""


class PricesSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the webhook for prices."""

    pairs: Name
    """Served pairs, comma-separated: `USD/MXN,USD/BRL`."""
    providers_secret_id: Name
    """Secret with a key for each price provider, by its id."""
    quotes_stream_name: Name
    """Kinesis stream that their quotes are published to."""


class ErasureSettings(PeopleSettings, frozen=True, kw_only=True, rename=str.upper):
    """Settings of the erasures' consumer."""

    lake_bucket: Name
    """S3 bucket of the lake, which is told there whom to erase."""
    android_application_arn: str
    """SNS platform application whose endpoints are deleted with a person's Android devices; empty for none."""
    ios_application_arn: str
    """The same for iOS devices."""
