from __future__ import annotations

import traceback

import pytest

from divisa.domain.errors import InvalidSetting
from divisa.domain.pair import Pair
from divisa.settings import (
    ApiSettings,
    BacklogSettings,
    EmailFeedbackSettings,
    EmailSettings,
    ErasureSettings,
    InboundSmsSettings,
    LedgerSettings,
    OutboxSettings,
    OutcomesSettings,
    PricesSettings,
    PushSettings,
    QuotesSettings,
    RefreshSettings,
    ReleaseSettings,
    Settings,
    SmsSettings,
    ToLakeSettings,
    TransactionsSettings,
    served_pairs,
)

COMMON = {"STAGE": "local", "TABLE_PREFIX": "divisa-local-", "CLOCK": "system"}
SENDING = {
    "SUGGESTIONS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:divisa-local-suggestions",
    "APP_URL": "https://app.divisa.example",
    "DELIVERY_TRIES": "5",
}
DECIDING = {
    "ENDPOINT_NAME": "divisa-local-decisions",
    "MAX_QUOTE_AGE_SECONDS": "60",
    "POLICY_PARAMETER": "/divisa/local/policy",
    "WATCH_SHARDS": "4",
    "WATCH_AGE_HOURS": "6",
    "DECISIONS_STREAM_NAME": "divisa-local-decisions",
    "EXPERIMENT_SECRET_ID": "divisa-local-experiment",
}
PEOPLE = {
    "PAIRS": "USD/MXN,USD/BRL",
    "WATCH_SHARDS": "4",
    "API_SECRET_ID": "divisa-local-api",
    "USER_POOL_ID": "us-east-1_local",
    "ERASURE_QUEUE_URL": "http://localhost:4566/000000000000/divisa-local-erasures",
}
QUEUE = "http://localhost:4566/000000000000/divisa-local-backlog"
OF_KIND: dict[type[Settings], dict[str, str]] = {
    QuotesSettings: {
        **DECIDING,
        "PAIRS": "USD/MXN, USD/BRL",
        "QUARANTINE_BUCKET": "divisa-local-quarantine",
        "BACKLOG_QUEUE_URL": QUEUE,
        "DECIDED_AT_ONCE": "2000",
    },
    BacklogSettings: {**DECIDING, "BACKLOG_QUEUE_URL": QUEUE},
    RefreshSettings: {**DECIDING, "PAIRS": "USD/MXN", "REFRESHES_PER_RUN": "3000"},
    OutcomesSettings: {"OUTCOMES_PER_RUN": "5000"},
    ReleaseSettings: {**DECIDING, "RELEASES_PER_RUN": "1000"},
    TransactionsSettings: DECIDING,
    LedgerSettings: {"TRANSACTIONS_STREAM_NAME": "divisa-local-transactions"},
    ToLakeSettings: {
        "SUGGESTIONS_DOOR_NAME": "divisa-local-suggestions-door",
        "OUTCOMES_DOOR_NAME": "divisa-local-outcomes-door",
    },
    OutboxSettings: {"SUGGESTIONS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:suggestions"},
    PushSettings: {**SENDING, "ANDROID_APPLICATION_ARN": "", "IOS_APPLICATION_ARN": ""},
    SmsSettings: {**SENDING, "SMS_SENDER_ID": "Divisa", "SMS_TARIFF": "MX:0.0411:500"},
    ApiSettings: {
        **PEOPLE,
        "REQUESTS_PER_MINUTE": "300",
        "MAX_QUOTE_AGE_SECONDS": "60",
        "QUOTE_VALIDITY_SECONDS": "30",
        "LAKE_BUCKET": "divisa-local-lake",
    },
    PricesSettings: {
        "PAIRS": "USD/MXN,USD/BRL",
        "PROVIDERS_SECRET_ID": "divisa-local-providers",
        "QUOTES_STREAM_NAME": "divisa-local-quotes",
    },
    ErasureSettings: {
        **PEOPLE,
        "LAKE_BUCKET": "divisa-local-lake",
        "ANDROID_APPLICATION_ARN": "",
        "IOS_APPLICATION_ARN": "",
    },
    InboundSmsSettings: {},
    EmailFeedbackSettings: {},
    EmailSettings: {
        **SENDING,
        "SENDER_EMAIL": "no-reply@example.com",
        "CONFIGURATION_SET": "divisa-local",
        "API_URL": "https://api.divisa.example",
        "API_SECRET_ID": "divisa-local-api",
    },
}
QUOTES = COMMON | OF_KIND[QuotesSettings]
SECRET = "hunter2"


def test_settings_are_read_from_the_environment_in_their_types() -> None:
    settings = QuotesSettings.from_environment(QUOTES | {"PATH": "/usr/bin"})
    assert (settings.stage, settings.table_prefix, settings.clock) == ("local", "divisa-local-", "system")
    assert (settings.max_quote_age_seconds, settings.watch_shards) == (60.0, 4)
    assert settings.policy_parameter == "/divisa/local/policy"
    assert (settings.watch_age_hours, settings.decided_at_once) == (6.0, 2000)
    assert served_pairs(settings) == {Pair("USD", "MXN"), Pair("USD", "BRL")}


def test_without_an_argument_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (COMMON | OF_KIND[EmailSettings]).items():
        monkeypatch.setenv(name, value)
    assert EmailSettings.from_environment().sender_email == "no-reply@example.com"


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, own in OF_KIND.items() for name in sorted(COMMON | own)]
)
def test_a_missing_setting_is_named(kind: type[Settings], name: str) -> None:
    complete = COMMON | OF_KIND[kind]
    assert kind.from_environment(complete)
    with pytest.raises(InvalidSetting, match=f"^{name}: is missing$") as caught:
        kind.from_environment({key: value for key, value in complete.items() if key != name})
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAGE", ""),
        ("TABLE_PREFIX", ""),
        ("CLOCK", SECRET),
        ("CLOCK", ""),
        ("PAIRS", ""),
        ("MAX_QUOTE_AGE_SECONDS", SECRET),
        ("MAX_QUOTE_AGE_SECONDS", ""),
        ("MAX_QUOTE_AGE_SECONDS", "0"),
        ("MAX_QUOTE_AGE_SECONDS", "nan"),
        ("MAX_QUOTE_AGE_SECONDS", "inf"),
        ("MAX_QUOTE_AGE_SECONDS", "86401"),
        ("POLICY_PARAMETER", ""),
        ("WATCH_SHARDS", "0"),
        ("WATCH_SHARDS", "1.5"),
        ("WATCH_SHARDS", SECRET),
        ("WATCH_AGE_HOURS", "0"),
        ("WATCH_AGE_HOURS", "nan"),
        ("WATCH_AGE_HOURS", "721"),
        ("WATCH_AGE_HOURS", SECRET),
        ("BACKLOG_QUEUE_URL", ""),
        ("DECIDED_AT_ONCE", "0"),
        ("DECIDED_AT_ONCE", "100001"),
        ("DECIDED_AT_ONCE", SECRET),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_kept_out_of_the_log(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        QuotesSettings.from_environment(QUOTES | {name: value})
    assert caught.value.name == name
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("value", ["0", "-1", "2.5", "100001", SECRET])
def test_a_refresh_without_a_rate_that_can_be_kept_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        RefreshSettings.from_environment(COMMON | OF_KIND[RefreshSettings] | {"REFRESHES_PER_RUN": value})
    assert caught.value.name == "REFRESHES_PER_RUN"


@pytest.mark.parametrize("sender", ["twelve chars", "AbcdefghIjkl", "Divisa!", "ñandú"])
def test_a_sender_that_networks_do_not_show_is_refused(sender: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        SmsSettings.from_environment(COMMON | OF_KIND[SmsSettings] | {"SMS_SENDER_ID": sender})
    assert caught.value.name == "SMS_SENDER_ID"


def test_no_sender_at_all_may_be_wanted() -> None:
    assert SmsSettings.from_environment(COMMON | OF_KIND[SmsSettings] | {"SMS_SENDER_ID": ""}).sms_sender_id == ""


def test_a_replay_needs_to_know_where_its_clock_is() -> None:
    replay = COMMON | OF_KIND[EmailSettings] | {"CLOCK": "replay"}
    with pytest.raises(InvalidSetting) as caught:
        EmailSettings.from_environment(replay)
    assert caught.value.name == "CLOCK_PARAMETER"
    settings = EmailSettings.from_environment(replay | {"CLOCK_PARAMETER": "/divisa/local/clock"})
    assert settings.clock_parameter == "/divisa/local/clock"


@pytest.mark.parametrize("kind", [QuotesSettings, ErasureSettings])
@pytest.mark.parametrize("pairs", ["USDMXN", "USD/MXN,", "USD/MXN,XXX/YYY", ","])
def test_a_served_pair_that_is_none_names_the_setting(kind: type[QuotesSettings | ErasureSettings], pairs: str) -> None:
    settings = kind.from_environment(COMMON | OF_KIND[kind] | {"PAIRS": pairs})
    with pytest.raises(InvalidSetting) as caught:
        served_pairs(settings)
    assert caught.value.name == "PAIRS"
