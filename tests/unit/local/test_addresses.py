from __future__ import annotations

from local.addresses import Addresses, without_aws


def test_sagemaker_has_its_own_address_and_everything_else_is_ministack() -> None:
    cloud = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2")

    assert cloud.client_settings("sagemaker-runtime")["endpoint_url"] == "http://127.0.0.1:2"
    assert cloud.client_settings("kinesis")["endpoint_url"] == "http://127.0.0.1:1"
    assert cloud.environ()["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] == "http://127.0.0.1:2"


def test_without_an_endpoint_plane_no_address_of_one_is_set() -> None:
    assert not [name for name in Addresses("http://127.0.0.1:1").environ() if "SAGEMAKER" in name]


def test_nothing_of_a_real_account_reaches_a_part() -> None:
    caller = {"PATH": "/bin", "AWS_PROFILE": "production", "AWS_SECRET_ACCESS_KEY": "real", "PYTHONPATH": "/elsewhere"}
    assert without_aws(caller) == {"PATH": "/bin"}
