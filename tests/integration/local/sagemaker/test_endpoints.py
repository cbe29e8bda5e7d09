from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.integration.local.sagemaker.conftest import INFERENCE, Plane, eventually

if TYPE_CHECKING:
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    answered: Any = error.value.response["Error"]
    return answered["Code"], answered["Message"]


def containers_of(plane: Plane) -> list[int]:
    """Process ids of the plane's containers."""
    assert plane.process is not None
    children = Path(f"/proc/{plane.process.pid}/task/{plane.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def test_an_endpoint_scores_with_the_artefacts_own_code(plane: Plane) -> None:
    plane.serve(slope=2.0)

    assert plane.invoke(x=3) == [6.0]
    assert plane.invoke(environ="OMP_NUM_THREADS") == ["1"]
    assert plane.invoke(environ="COLOUR") == ["blue"]
    described = plane.settled()
    assert described["EndpointArn"] == "arn:aws:sagemaker:us-east-1:000000000000:endpoint/decisions"
    assert described["ProductionVariants"][0]["VariantName"] == "AllTraffic"
    assert "FailureReason" not in described


def test_callers_notice_nothing_of_an_update(plane: Plane) -> None:
    plane.serve(slope=2.0)
    answers: list[list[float]] = []
    errors: list[Exception] = []
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            try:
                answers.append(plane.invoke(x=1))
            except ClientError as error:
                errors.append(error)

    plane.client("sagemaker-runtime")
    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    plane.control.update_endpoint(
        EndpointName="decisions", EndpointConfigName=plane.configure("green", plane.artefact(5.0))
    )
    described = plane.settled()
    eventually(lambda: [5.0] in answers, "the new model answers")
    stop.set()
    for caller in callers:
        caller.join()

    assert described["EndpointConfigName"] == "green"
    assert errors == []
    assert answers[0] == [2.0]
    assert answers[-1] == [5.0]
    eventually(lambda: len(containers_of(plane)) == 1, "the old container is gone")


@pytest.mark.parametrize(
    ("inference", "reason"),
    [
        ("raise RuntimeError('made with another version')", "made with another version"),
        ("model_fn = input_fn = predict_fn = len", "output_fn"),
        (INFERENCE.replace("model.joblib", "missing.joblib"), "did not pass the ping health check"),
    ],
)
def test_a_broken_artefact_leaves_the_old_one_serving(plane: Plane, inference: str, reason: str) -> None:
    plane.serve(slope=2.0)

    plane.control.update_endpoint(
        EndpointName="decisions", EndpointConfigName=plane.configure("green", plane.artefact(5.0, inference))
    )
    described = plane.settled()

    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "blue"
    assert reason in described["FailureReason"]
    assert plane.invoke(x=3) == [6.0]


def an_update(seconds: int, *, alarm: bool) -> dict[str, Any]:
    """A DeploymentConfig whose old containers stand by for so long."""
    wait = {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": seconds,
    }
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}} if alarm else {}
    return {"EndpointName": "decisions", "DeploymentConfig": {"BlueGreenUpdatePolicy": wait, **alarms}}


def test_errors_of_new_containers_bring_the_old_ones_back_while_they_stand_by(plane: Plane) -> None:
    plane.serve(slope=2.0)
    green = plane.configure("green", plane.artefact(5.0))
    plane.control.update_endpoint(EndpointConfigName=green, **an_update(60, alarm=True))
    eventually(lambda: plane.invoke(x=1) == [5.0], "the new model answers")

    with pytest.raises(ClientError):
        plane.invoke(fail=True)
    described = plane.settled()

    assert described["EndpointConfigName"] == "blue"
    assert "automatic rollback" in described["FailureReason"]
    assert plane.invoke(x=1) == [2.0]
    eventually(lambda: len(containers_of(plane)) == 1, "the new container is gone")


def test_a_new_model_that_answers_well_stays_once_nothing_stands_by_any_more(plane: Plane) -> None:
    plane.serve(slope=2.0)
    green = plane.configure("green", plane.artefact(5.0))
    plane.control.update_endpoint(EndpointConfigName=green, **an_update(1, alarm=True))
    eventually(lambda: plane.invoke(x=1) == [5.0], "the new model answers")
    with pytest.raises(ClientError):  # an error of who asks is none of the model's
        plane.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="decisions", ContentType="text/xml", Body=b"<a/>"
        )

    assert plane.settled()["EndpointConfigName"] == "green"


def test_without_an_alarm_nothing_stands_by(plane: Plane) -> None:
    plane.serve(slope=2.0)
    green = plane.configure("green", plane.artefact(5.0))
    plane.control.update_endpoint(EndpointConfigName=green, **an_update(600, alarm=False))

    assert plane.settled()["EndpointConfigName"] == "green"


def test_deleting_while_old_containers_stand_by_leaves_nothing(plane: Plane) -> None:
    plane.serve(slope=2.0)
    green = plane.configure("green", plane.artefact(5.0))
    plane.control.update_endpoint(EndpointConfigName=green, **an_update(600, alarm=True))
    eventually(lambda: plane.invoke(x=1) == [5.0], "the new model answers")

    plane.control.delete_endpoint(EndpointName="decisions")

    assert containers_of(plane) == []
    assert list((plane.state / "deployments").glob("*")) == []


def test_an_endpoint_that_never_served_fails_with_its_reason(plane: Plane) -> None:
    plane.configure("blue", "file:///nowhere/model.tar.gz")

    plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")
    described = plane.settled()

    assert described["EndpointStatus"] == "Failed"
    assert "Could not access model data at file:///nowhere/model.tar.gz" in described["FailureReason"]
    with pytest.raises(ClientError) as error:
        plane.control.update_endpoint(EndpointName="decisions", EndpointConfigName="blue")
    assert refusal(error)[0] == "ValidationException"
    plane.control.delete_endpoint(EndpointName="decisions")
    assert plane.control.list_endpoints()["Endpoints"] == []


def test_a_file_that_is_no_archive_is_refused_as_model_data(plane: Plane, tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_text("not an archive")
    plane.configure("blue", archive.as_uri())

    plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")

    assert "not a usable model.tar.gz" in plane.settled()["FailureReason"]


def test_a_restart_brings_endpoints_back_without_their_source(plane: Plane) -> None:
    plane.serve(slope=2.0)
    for artefact in plane.folder.glob("*.tar.gz"):
        artefact.unlink()
    assert plane.stop() == 0
    plane.start()

    assert plane.settled()["EndpointStatus"] == "InService"
    assert plane.invoke(x=3) == [6.0]
    assert plane.control.describe_model(ModelName="blue")["ModelName"] == "blue"
    assert plane.control.describe_endpoint_config(EndpointConfigName="blue")["ProductionVariants"]


def test_containers_end_with_the_plane_even_when_it_is_killed(plane: Plane) -> None:
    plane.serve()
    (container,) = containers_of(plane)
    assert plane.process is not None

    plane.process.kill()
    plane.process.wait()

    eventually(lambda: not Path(f"/proc/{container}").exists(), "the container is gone")


def test_a_container_that_dies_is_started_again(plane: Plane) -> None:
    plane.serve()
    with pytest.raises(ClientError) as error:
        plane.invoke(exit=True)
    assert refusal(error)[0] == "ServiceUnavailable"

    def answers() -> bool:
        try:
            return bool(plane.invoke(x=3) == [6.0])
        except ClientError:
            return False

    eventually(answers, "the container is back")


def test_deleting_in_the_middle_of_a_deployment_leaves_nothing(plane: Plane) -> None:
    plane.configure("blue", plane.artefact(2.0, "import time; time.sleep(60)"))
    plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")
    eventually(lambda: len(containers_of(plane)) == 1, "the container starts")

    plane.control.delete_endpoint(EndpointName="decisions")

    assert containers_of(plane) == []
    assert list((plane.state / "deployments").glob("*")) == []


def test_the_models_errors_are_model_errors(plane: Plane) -> None:
    plane.serve()

    with pytest.raises(ClientError) as error:
        plane.invoke(fail=True)
    assert refusal(error)[0] == "ModelError"
    answered: Any = error.value.response
    assert answered["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert answered["OriginalStatusCode"] == 500
    assert "cannot score this" in answered["OriginalMessage"]

    with pytest.raises(ClientError) as error:
        plane.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="decisions", ContentType="text/xml", Body=b"<a/>"
        )
    refused: Any = error.value.response
    assert refused["OriginalStatusCode"] == 415


def test_payloads_over_six_megabytes_are_refused(plane: Plane) -> None:
    plane.serve()

    with pytest.raises(ClientError) as error:
        plane.invoke(x=1, padding="x" * (6 * 1024 * 1024))
    assert refusal(error) == ("413", "HTTP content length exceeded 6291456 bytes.")

    with pytest.raises(ClientError) as error:
        plane.invoke(big=6 * 1024 * 1024)
    assert refusal(error)[0] == "ModelError"


def test_what_does_not_exist_is_named_by_its_arn(plane: Plane) -> None:
    with pytest.raises(ClientError) as error:
        plane.invoke("nobody", x=1)
    assert refusal(error) == ("ValidationError", "Endpoint nobody of account 000000000000 not found.")
    with pytest.raises(ClientError) as error:
        plane.control.describe_endpoint(EndpointName="nobody")
    missing = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/nobody"
    assert refusal(error) == ("ValidationException", f'Could not find endpoint "{missing}".')
    with pytest.raises(ClientError) as error:
        plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="nobody")
    assert "Could not find endpoint configuration" in refusal(error)[1]


def test_names_are_taken_once_and_checked(plane: Plane) -> None:
    plane.configure("blue", plane.artefact(2.0))

    with pytest.raises(ClientError) as error:
        plane.configure("blue", plane.artefact(2.0))
    assert "Cannot create already existing model" in refusal(error)[1]
    with pytest.raises(ClientError) as error:
        plane.configure("under_score", plane.artefact(2.0))
    assert "failed to satisfy constraint" in refusal(error)[1]


def test_lists_are_paged_and_deleting_forgets(plane: Plane) -> None:
    for name in ("one", "two", "three"):
        plane.configure(name, plane.artefact(2.0))

    first = plane.control.list_models(MaxResults=2, SortOrder="Ascending")
    second = plane.control.list_models(MaxResults=2, SortOrder="Ascending", NextToken=first["NextToken"])

    assert [model["ModelName"] for model in first["Models"] + second["Models"]] == ["one", "two", "three"]
    assert "NextToken" not in second
    plane.control.delete_endpoint_config(EndpointConfigName="two")
    plane.control.delete_model(ModelName="two")
    assert len(plane.control.list_models(NameContains="t")["Models"]) == 1
    assert len(plane.control.list_endpoint_configs()["EndpointConfigs"]) == 2


def test_a_target_variant_that_is_not_there_is_refused(plane: Plane) -> None:
    plane.serve()
    runtime = plane.client("sagemaker-runtime")

    answer = runtime.invoke_endpoint(
        EndpointName="decisions", ContentType="application/json", Body=b'{"x":1}', TargetVariant="AllTraffic"
    )
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["Body"].read() == b"[2.0]"
    with pytest.raises(ClientError) as error:
        runtime.invoke_endpoint(EndpointName="decisions", Body=b"{}", TargetVariant="nobody")
    assert refusal(error)[0] == "ValidationError"


def test_a_model_in_a_bucket_is_fetched_and_a_missing_one_is_named(ministack: BareMiniStack, tmp_path: Path) -> None:
    plane = Plane(tmp_path / "state", tmp_path, environ=ministack.environ())
    with contextlib.closing(plane):
        plane.start()
        s3 = ministack.client("s3")
        s3.create_bucket(Bucket="endpoint-models")
        s3.upload_file(urlsplit(plane.artefact(2.0)).path, "endpoint-models", "model.tar.gz")
        plane.configure("blue", "s3://endpoint-models/model.tar.gz")
        plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")
        assert plane.settled()["EndpointStatus"] == "InService"
        plane.control.update_endpoint(
            EndpointName="decisions", EndpointConfigName=plane.configure("green", "s3://endpoint-models/missing")
        )

        assert "Could not access model data at s3://endpoint-models/missing" in plane.settled()["FailureReason"]
        assert plane.invoke(x=3) == [6.0]
