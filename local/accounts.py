"""Sign-ins of the laptop's people: made by `divisa seed`, used by `divisa login`, never of anybody real.

A person of a file gets a sign-in of the same name, whose subject is what the tables know them by. The passwords are
made up here and kept, like the token of whoever signed in last, where only the owner of the folder reads them.
"""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError, NotFound
from local.home import HOME
from local.json_file import replace_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from local.cloud import LaptopCloud

PART: Final = "accounts"
ACCOUNTS: Final = "accounts.json"
SESSION: Final = "session.json"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a token.

    Attributes:
        person: the name of the sign-in.
        subject: what the tables know them by.
        token: the access token.
        expires_at: when it ends, UTC.
    """

    person: str
    subject: str
    token: str
    expires_at: datetime


def api_url(cloud: LaptopCloud) -> str:
    """Where the API answers, without a slash at the end; its operations begin with `/v1`."""
    return f"{cloud.addresses.endpoint_url}/_aws/execute-api/{cloud.deployment.api_id}/$default"


def open_sign_ins(cloud: LaptopCloud, people: Iterable[str], *, home: Path = HOME) -> dict[str, str]:
    """Give people a sign-in each; who has one keeps it.

    Args:
        cloud: the running cloud.
        people: names, for example `sim-000000`.
        home: the folder of the cloud.

    Returns:
        Everybody's subject, by name.

    Raises:
        LaptopCloudError: the user pool refused.
    """
    pool = cloud.deployment.user_pool_id
    known = _known(cloud, home)
    with _cognito(cloud) as cognito:
        for person in people:
            if person in known:
                continue
            password = f"{secrets.token_urlsafe(18)}aA1"
            cognito.admin_create_user(UserPoolId=pool, Username=person, MessageAction="SUPPRESS")
            cognito.admin_set_user_password(UserPoolId=pool, Username=person, Password=password, Permanent=True)
            attributes = cognito.admin_get_user(UserPoolId=pool, Username=person)["UserAttributes"]
            [subject] = (each["Value"] for each in attributes if each["Name"] == "sub")
            known[person] = {"subject": subject, "password": password}
            replace_json(home / ACCOUNTS, {"pool": pool, "people": known}, private=True)
    return {person: each["subject"] for person, each in known.items()}


def subjects(cloud: LaptopCloud, *, home: Path = HOME) -> Mapping[str, str]:
    """The subject of everybody who has a sign-in, by name."""
    return {person: each["subject"] for person, each in _known(cloud, home).items()}


def sign_in(cloud: LaptopCloud, person: str, *, home: Path = HOME) -> SignedIn:
    """Get a token from the user pool, as the app does with the password that its user types.

    Raises:
        NotFound: nobody of this name has a sign-in.
        LaptopCloudError: the user pool refused, for example because the person was erased.
    """
    known = _known(cloud, home)
    if person not in known:
        some = ", ".join(sorted(known)[:3])
        raise NotFound(
            f"{person} has no sign-in; " + (f"these have: {some} …" if known else "`divisa seed` makes some")
        )
    with _cognito(cloud) as cognito:
        answer = cognito.initiate_auth(
            ClientId=cloud.deployment.app_client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": person, "PASSWORD": known[person]["password"]},
        )
    result = answer["AuthenticationResult"]
    expires_at = datetime.now(UTC) + timedelta(seconds=result["ExpiresIn"])
    return SignedIn(person, known[person]["subject"], result["AccessToken"], expires_at)


def login(cloud: LaptopCloud, person: str, *, home: Path = HOME) -> SignedIn:
    """Sign in, and keep the token for the commands that follow; raises as `sign_in`."""
    found = sign_in(cloud, person, home=home)
    kept = {"person": person, "pool": cloud.deployment.user_pool_id, "subject": found.subject, "token": found.token}
    replace_json(home / SESSION, {**kept, "expires_at": found.expires_at.isoformat()}, private=True)
    return found


def session(cloud: LaptopCloud, *, home: Path = HOME) -> SignedIn:
    """Whoever signed in last.

    Raises:
        NotFound: nobody has, or too long ago.
    """
    kept = _read(home / SESSION)
    if kept.get("pool") != cloud.deployment.user_pool_id:
        raise NotFound("nobody is signed in; `divisa login USER` does it")
    found = SignedIn(kept["person"], kept["subject"], kept["token"], datetime.fromisoformat(kept["expires_at"]))
    if found.expires_at <= datetime.now(UTC):
        raise NotFound(f"the sign-in of {found.person} has ended; `divisa login {found.person}` renews it")
    return found


def token(cloud: LaptopCloud, *, home: Path = HOME) -> str:
    """The access token of whoever signed in last; raises as `session`."""
    return session(cloud, home=home).token


def feeds_token(cloud: LaptopCloud) -> str:
    """An access token of the program that hands in files, by its client's secret.

    Raises:
        LaptopCloudError: the user pool refused.
    """
    import httpx

    pool, client_id = cloud.deployment.user_pool_id, cloud.deployment.feeds_client_id
    with _cognito(cloud) as cognito:
        client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)["UserPoolClient"]
    basic = base64.b64encode(f"{client_id}:{client['ClientSecret']}".encode()).decode()
    answer = httpx.post(
        f"{cloud.addresses.endpoint_url}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "divisa/feeds.write"},
        headers={"Authorization": f"Basic {basic}"},
    )
    if answer.status_code != 200:
        raise LaptopCloudError(PART, f"no token for feeds: {answer.status_code} {answer.text[:200]}")
    found: str = answer.json()["access_token"]
    return found


def forget(home: Path) -> None:
    """Delete passwords and token; their sign-ins are gone with the data of the cloud."""
    for name in (ACCOUNTS, SESSION):
        (home / name).unlink(missing_ok=True)


def _known(cloud: LaptopCloud, home: Path) -> dict[str, Any]:
    kept = _read(home / ACCOUNTS)
    found: dict[str, Any] = kept.get("people", {}) if kept.get("pool") == cloud.deployment.user_pool_id else {}
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


@contextmanager
def _cognito(cloud: LaptopCloud) -> Iterator[CognitoIdentityProviderClient]:
    client = boto3.client("cognito-idp", **cloud.addresses.client_settings("cognito-idp"))
    try:
        yield client
    except (ClientError, BotoCoreError) as error:
        raise LaptopCloudError(PART, str(error)) from error
    finally:
        client.close()
