from __future__ import annotations

import base64
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_handlers.bodies.unsubscribe import TOKEN
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.wire.unsubscribe import MAX_LENGTH, SignedUnsubscribeTokens
from divisa.domain.errors import NotFound
from divisa.domain.keys import derived_key
from divisa.domain.recipient import Channel
from divisa.services.admit import KEY
from divisa.services.unsubscribe import PREVIOUS_KEY, Subscription, signing_keys

OLD, NEW = b"the secret of last year", b"the secret of this year"
USER = "8f3c0d1e-0000-4000-8000-00000000000a"
EMAILS = Subscription(USER, Channel.EMAIL)


def tokens(*secrets: bytes) -> SignedUnsubscribeTokens:
    return SignedUnsubscribeTokens(lambda: secrets)


@given(st.text(max_size=80), st.sampled_from(Channel))
def test_a_token_names_the_subscription_that_it_was_issued_for(user_id: str, channel: Channel) -> None:
    subscription = Subscription(user_id, channel)
    assert tokens(NEW).read(tokens(NEW).issue(subscription)) == subscription


def test_a_token_is_short_the_same_each_time_and_of_the_form_that_the_api_documents() -> None:
    token = tokens(NEW).issue(EMAILS)
    assert token == tokens(NEW).issue(EMAILS)
    assert re.fullmatch(TOKEN, token)
    assert len(token) < 150


@given(st.integers(0, 110), st.sampled_from("Aa0_-.é\x00"))
def test_a_token_of_which_one_letter_is_another_is_none_of_ours(place: int, letter: str) -> None:
    token = tokens(NEW).issue(EMAILS)
    forged = token[:place] + letter + token[place + 1 :]
    if forged == token:
        assert tokens(NEW).read(forged) == EMAILS
        return
    with pytest.raises(NotFound) as refused:
        tokens(NEW).read(forged)
    assert USER not in str(refused.value)


@pytest.mark.parametrize("token", ["", ".", "a.b", "." * 600, "\ud800.x"])
def test_what_is_no_token_is_none_of_ours(token: str) -> None:
    with pytest.raises(NotFound):
        tokens(NEW).read(token)


def test_a_signed_text_that_is_no_subscription_or_too_long_is_none_of_ours() -> None:
    long = tokens(NEW).issue(Subscription("u" * MAX_LENGTH, Channel.EMAIL))
    with pytest.raises(NotFound):
        tokens(NEW).read(long)


def test_links_of_the_secret_before_hold_as_long_as_it_is_kept() -> None:
    link = tokens(OLD).issue(EMAILS)
    assert tokens(NEW, OLD).read(link) == EMAILS
    assert tokens(NEW, OLD).issue(EMAILS) == tokens(NEW).issue(EMAILS) != link
    with pytest.raises(NotFound):
        tokens(NEW).read(link)


def test_the_secret_before_is_the_second_key_of_the_apis_secret() -> None:
    assert signing_keys(MemorySecrets({KEY: NEW})) == (NEW,)
    assert signing_keys(MemorySecrets({KEY: NEW, PREVIOUS_KEY: OLD})) == (NEW, OLD)
    with pytest.raises(NotFound):
        signing_keys(MemorySecrets({PREVIOUS_KEY: OLD}))


def test_a_signature_for_anything_else_signs_no_link() -> None:
    text, _, _ = tokens(NEW).issue(EMAILS).partition(".")
    other = hmac.digest(derived_key(NEW, "quote-id"), text.encode(), "sha256")
    with pytest.raises(NotFound):
        tokens(NEW).read(f"{text}.{base64.urlsafe_b64encode(other).rstrip(b'=').decode()}")
