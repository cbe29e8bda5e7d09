"""Sign-ins in a Cognito user pool, whose users are found by their subject."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from divisa.ports import SignIn

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_UNKNOWN: Final = "UserNotFoundException"


class CognitoSignIns:
    """`SignIns` in one user pool. Cognito takes the subject of a local user for the user's name."""

    def __init__(self, client: CognitoIdentityProviderClient, user_pool_id: str) -> None:
        self._client = client
        self._pool = user_pool_id

    def find(self, user_id: str) -> SignIn | None:
        """What it knows of a user; None when it does not know them."""
        try:
            user = self._client.admin_get_user(UserPoolId=self._pool, Username=user_id)
        except AWS_ERRORS as error:
            _unless_unknown(error)
            return None
        attributes = {each["Name"]: each.get("Value", "") for each in user.get("UserAttributes", [])}
        return SignIn(user["Enabled"], user["UserCreateDate"].astimezone(UTC), attributes)

    def disable(self, user_id: str) -> None:
        """Let a user sign in no more; Cognito revokes their tokens with it."""
        try:
            self._client.admin_disable_user(UserPoolId=self._pool, Username=user_id)
        except AWS_ERRORS as error:
            _unless_unknown(error)

    def delete(self, user_id: str) -> None:
        """Forget a user."""
        try:
            self._client.admin_delete_user(UserPoolId=self._pool, Username=user_id)
        except AWS_ERRORS as error:
            _unless_unknown(error)


def _unless_unknown(error: BotoCoreError | ClientError) -> None:
    if code_of(error) != _UNKNOWN:
        raise StoreUnavailable(f"the user pool: {code_of(error)}") from error
