"""The retraining pipeline's definition, built by the SageMaker SDK: `python -m infra.retraining.definition FILE`.

    prepare → train → evaluate → worth registering? → register, or fail and say why

It runs in the environment that `infra.retraining.sdk` makes, which has the SDK and little else, so it imports nothing
of ours. No account and no network are needed: moto answers what the SDK asks AWS for while it builds.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from sagemaker.core import image_uris
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.training.configs import Compute, InputData, Networking, OutputDataConfig, StoppingCondition
from sagemaker.core.workflow.conditions import ConditionLessThan, ConditionLessThanOrEqualTo
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow import ConditionStep, FailStep, ModelStep, Pipeline, ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train.model_trainer import ModelTrainer

REGION = "us-east-1"
BUCKET, LAKE, CODE = "divisa-models", "divisa-lake", "divisa-code"
ROLE = "arn:aws:iam::123456789012:role/divisa-retraining"
NAME, GROUP = "divisa-stage-retraining", "divisa-stage-decisions"
PLACEHOLDERS = (
    ("683313688378.dkr.ecr.us-east-1.amazonaws.com", "${ScikitLearnAccount}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"),
    (ROLE, "${RetrainingRole.Arn}"),
    (NAME, "divisa-${sls:stage}-retraining"),
    (GROUP, "divisa-${sls:stage}-decisions"),
    (BUCKET, "${ModelsBucket}"),
    (LAKE, "${LakeBucket}"),
    (CODE, "${RetrainingCode}"),
    (REGION, "${AWS::Region}"),
)
"""What the SDK is told, and what stands for it in the definition, since it is not the same everywhere."""

INSTANCE = "ml.m5.xlarge"
"""4 cores and 16 GiB: room for the largest training matrix."""
LONGEST = 4 * 3600
"""Seconds that a job may take."""
INPUT, OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
REPORT = "evaluation.json"
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE"}
DESCRIBED = ("model_version", "feature_hash", "learned_from", "learned_until")
"""What a registered version says of its model."""


@dataclass(frozen=True)
class Parameters:
    """What an execution may be started with.

    Attributes:
        data: prefix with a folder for each contract of the lake: `prices/`, `transactions/` and those that there are.
        code: prefix with what `python -m infra.retraining code` makes.
        rows: about how many rows to learn and judge on.
        seed: of the choice of rows and of the trees.
        calibration: largest calibration error of a model that is registered.
        drift: largest population stability index, of any feature, of a model that is registered.
        approval: the status in which a version is registered.
    """

    data: Any
    code: Any
    rows: Any
    seed: Any
    calibration: Any
    drift: Any
    approval: Any

    @classmethod
    def with_defaults(cls) -> Parameters:
        """The parameters, which take these values when an execution says nothing else."""
        return cls(
            data=ParameterString("Data", default_value=f"s3://{LAKE}/training/"),
            code=ParameterString("Code", default_value=f"s3://{BUCKET}/retraining/code/{CODE}/"),
            rows=ParameterInteger("MaxRows", default_value=250_000),
            seed=ParameterInteger("Seed", default_value=0),
            calibration=ParameterFloat("MaxCalibrationError", default_value=0.02),
            drift=ParameterFloat("MaxDrift", default_value=0.25),
            approval=ParameterString("ApprovalStatus", default_value="PendingManualApproval"),
        )


def pipeline(session: Any) -> Any:
    """The pipeline."""
    parameters = Parameters.with_defaults()
    prepare = prepare_step(session, parameters)
    matrix = prepare.properties.ProcessingOutputConfig.Outputs["matrix"].S3Output.S3Uri
    train = train_step(session, parameters, matrix)
    artefact = train.properties.ModelArtifacts.S3ModelArtifacts
    report = PropertyFile(name="Evaluation", output_name="evaluation", path=REPORT)
    evaluate = evaluate_step(session, parameters, matrix, artefact, report)
    worth = worth_step(session, parameters, artefact, evaluate, report)
    return Pipeline(
        name=NAME,
        parameters=[getattr(parameters, each.name) for each in fields(parameters)],
        steps=[prepare, train, evaluate, worth],
        pipeline_experiment_config=None,
        sagemaker_session=session,
    )


def prepare_step(session: Any, parameters: Parameters) -> Any:
    """Files of the lake to a training matrix."""
    arguments = ["--data", f"{INPUT}/data", "--out", f"{OUTPUT}/matrix"]
    arguments += ["--max-rows", parameters.rows.to_string(), "--seed", parameters.seed.to_string()]
    job = processor(session, "model.jobs.prepare").run(
        inputs=[taken("code", parameters.code), taken("data", parameters.data)],
        outputs=[given("matrix")],
        arguments=arguments,
    )
    return ProcessingStep("Prepare", description="Files of the lake to a training matrix", step_args=job)


def train_step(session: Any, parameters: Parameters, matrix: Any) -> Any:
    """Training matrix to artefact, in script mode."""
    trainer = ModelTrainer(
        training_image=image("training"),
        role=ROLE,
        sagemaker_session=session,
        base_job_name="train",
        compute=Compute(instance_type=INSTANCE, instance_count=1, volume_size_in_gb=30),
        networking=Networking(enable_network_isolation=True),
        hyperparameters={
            "random-state": parameters.seed.to_string(),
            # The image unpacks and runs what these name. A job that reaches no network has it from a channel.
            "sagemaker_program": "model/train.py",
            "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
        },
        output_data_config=OutputDataConfig(s3_output_path=of_this_run()),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=LONGEST),
        environment={**ENVIRONMENT, "PYTHONPATH": "/opt/ml/code"},  # where the image unpacks: train.py imports `model`
    )
    channels = [
        InputData(channel_name="train", data_source=matrix),
        InputData(channel_name="code", data_source=parameters.code),
    ]
    job = trainer.train(input_data_config=channels)
    return TrainingStep("Train", description="Training matrix to artefact", step_args=job)


def evaluate_step(session: Any, parameters: Parameters, matrix: Any, artefact: Any, report: Any) -> Any:
    """The artefact, judged on users and days that it never saw."""
    arguments = ["--model", f"{INPUT}/model/model.tar.gz", "--matrix", f"{INPUT}/matrix"]
    job = processor(session, "model.jobs.evaluate").run(
        inputs=[taken("code", parameters.code), taken("matrix", matrix), taken("model", artefact)],
        outputs=[given("evaluation")],
        arguments=[*arguments, "--out", f"{OUTPUT}/evaluation"],
    )
    said = "The artefact, judged on users and days that it never saw"
    return ProcessingStep("Evaluate", description=said, step_args=job, property_files=[report])


def worth_step(session: Any, parameters: Parameters, artefact: Any, evaluate: Any, report: Any) -> Any:
    """Register what beats the base rate, is calibrated and has not drifted; else fail and say which figure it was."""
    figures = ("log_loss", "base_rate_log_loss", "ece", "drift.largest", "drift.furthest")
    loss, base, error, drift, of = (found(evaluate, report, path) for path in figures)
    why = ["Not registered. Log loss ", loss, ", to be less than the base rate's ", base, "; calibration error ", error]
    why += [", at most ", parameters.calibration, "; drift ", drift, " of ", of, ", at most "]
    return ConditionStep(
        "WorthRegistering",
        conditions=[
            ConditionLessThan(left=loss, right=base),
            ConditionLessThanOrEqualTo(left=error, right=parameters.calibration),
            ConditionLessThanOrEqualTo(left=drift, right=parameters.drift),
        ],
        if_steps=[register_step(session, parameters, artefact, evaluate, report)],
        else_steps=[FailStep("Refuse", error_message=Join(on="", values=[*why, parameters.drift, "."]))],
    )


def register_step(session: Any, parameters: Parameters, artefact: Any, evaluate: Any, report: Any) -> Any:
    """The next version of the stage's model package group."""
    builder = ModelBuilder(
        s3_model_data_url=artefact,
        image_uri=image("inference"),
        role_arn=ROLE,
        sagemaker_session=session,
        instance_type=INSTANCE,
        env_vars={  # As the endpoint's container has them in infra/model.yml.
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            "OMP_NUM_THREADS": "1",
            "NUMBA_CACHE_DIR": "/tmp/numba",  # noqa: S108 - the container's own
            "SAGEMAKER_MODEL_SERVER_TIMEOUT": "300",
        },
    )
    types = ["application/x-npy", "text/csv", "application/json"]
    judged = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    metrics = MetricsSource(content_type="application/json", s3_uri=Join(on="/", values=[judged, REPORT]))
    version = builder.register(
        model_package_group_name=GROUP,
        content_types=types,
        response_types=types,
        inference_instances=["ml.c5.large", "ml.c5.xlarge", "ml.c5.2xlarge"],
        approval_status=parameters.approval,
        model_metrics=ModelMetrics(model_statistics=metrics),
        customer_metadata_properties={name: found(evaluate, report, f"model.{name}") for name in DESCRIBED},
    )
    return ModelStep("Register", description="The next version, which waits for approval", step_args=version)


def found(evaluate: Any, report: Any, path: str) -> Any:
    """A value of the evaluation."""
    return JsonGet(step_name=evaluate.name, property_file=report, json_path=path)


def image(scope: str) -> Any:
    """The managed scikit-learn image, whose version of scikit-learn is the one in `uv.lock`."""
    return image_uris.retrieve(
        "sklearn", region=REGION, version="1.9-0", py_version="py3", instance_type=INSTANCE, image_scope=scope
    )


def processor(session: Any, module: str) -> Any:
    """A job that runs a module of the code that it is given."""
    return Processor(
        role=ROLE,
        image_uri=image("training"),
        entrypoint=["python3", f"{INPUT}/code/start.py", module],
        instance_count=1,
        instance_type=INSTANCE,
        base_job_name=module.rpartition(".")[2],
        max_runtime_in_seconds=LONGEST,
        network_config=NetworkConfig(enable_network_isolation=True),
        env=ENVIRONMENT,
        sagemaker_session=session,
    )


def taken(name: str, uri: Any) -> Any:
    """What a job finds in a folder of that name."""
    source = ProcessingS3Input(s3_uri=uri, local_path=f"{INPUT}/{name}", s3_data_type="S3Prefix", s3_input_mode="File")
    return ProcessingInput(input_name=name, s3_input=source)


def given(name: str) -> Any:
    """What a job leaves in a folder of that name."""
    target = ProcessingS3Output(s3_uri=of_this_run(name), local_path=f"{OUTPUT}/{name}", s3_upload_mode="EndOfJob")
    return ProcessingOutput(output_name=name, s3_output=target)


def of_this_run(*parts: str) -> Any:
    """Where an execution keeps its files."""
    return Join(on="/", values=[f"s3://{BUCKET}/retraining/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, *parts])


def main(path: str) -> None:
    """Write the definition."""
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        definition = json.loads(pipeline(PipelineSession(default_bucket=BUCKET)).definition())
    text = json.dumps(definition, indent=2)
    for name, placeholder in PLACEHOLDERS:
        text = text.replace(name, placeholder)
    Path(path).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
