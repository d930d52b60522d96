"""A program of somebody who uses the SageMaker SDK: a training job, a tuning job, an endpoint, a batch transform.

It runs in a process of its own, in the environment of the embedded SageMaker, and writes what it got as one line of
JSON. Its argument is the name of a bucket with the channels `train` and `validation` under `data/`.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

_ROWS = "0.5,0.25\n0.1,0.9\n"


def forbid_the_network() -> None:
    """Make whatever is not on this machine unreachable, and say who was asked for."""
    resolve = socket.getaddrinfo

    def only_here(host: Any, *arguments: Any, **members: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", b"127.0.0.1"):
            sys.stderr.write(f"asked for {host}\n")
            raise OSError(f"{host} is not on this machine")
        return resolve(host, *arguments, **members)

    socket.getaddrinfo = only_here


def main(bucket: str, image: str, role: str) -> dict[str, Any]:
    """The road from the data to predictions; answers what a test can check."""
    import boto3
    from sagemaker.core.helper.session_helper import Session
    from sagemaker.core.parameter import ContinuousParameter
    from sagemaker.core.resources import Endpoint, EndpointConfig, Model, TransformJob
    from sagemaker.core.shapes import (
        ContainerDefinition,
        OutputDataConfig,
        ProductionVariant,
        TransformDataSource,
        TransformInput,
        TransformOutput,
        TransformResources,
        TransformS3DataSource,
    )
    from sagemaker.core.training.configs import Compute, InputData, StoppingCondition
    from sagemaker.train import ModelTrainer
    from sagemaker.train.tuner import HyperparameterTuner

    trainer = ModelTrainer(
        sagemaker_session=Session(boto_session=boto3.Session(), default_bucket=bucket),
        role=role,
        training_image=image,
        base_job_name="sdk",
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=5),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/sdk"),
        hyperparameters={"objective": "reg:squarederror", "num_round": 5, "max_depth": 2, "eval_metric": "rmse"},
    )
    channels = [
        InputData(channel_name=name, data_source=f"s3://{bucket}/data/{name}", content_type="text/csv")
        for name in ("train", "validation")
    ]
    trainer.train(input_data_config=channels, wait=False)
    job = trainer._latest_training_job
    job.wait(poll=1)

    tuner = HyperparameterTuner(
        trainer,
        "validation:rmse",
        {"eta": ContinuousParameter(0.05, 0.5)},
        strategy="Random",
        objective_type="Minimize",
        max_jobs=2,
        max_parallel_jobs=2,
    )
    tuner.tune(inputs=channels, job_name="sdk-tuning", wait=False)
    tuner.latest_tuning_job.wait(poll=1)

    container = ContainerDefinition(image=image, model_data_url=job.model_artifacts.s3_model_artifacts)
    Model.create(model_name="sdk", primary_container=container, execution_role_arn=role)
    variant = ProductionVariant(
        variant_name="All", model_name="sdk", initial_instance_count=1, instance_type="ml.m5.large"
    )
    EndpointConfig.create(endpoint_config_name="sdk", production_variants=[variant])
    endpoint = Endpoint.create(endpoint_name="sdk", endpoint_config_name="sdk")
    endpoint.wait_for_status("InService", poll=1)
    answer = endpoint.invoke(body=_ROWS, content_type="text/csv").body.read().decode()

    boto3.client("s3").put_object(Bucket=bucket, Key="sdk/rows.csv", Body=_ROWS)
    source = TransformS3DataSource(s3_data_type="S3Prefix", s3_uri=f"s3://{bucket}/sdk/rows.csv")
    transform = TransformJob.create(
        transform_job_name="sdk",
        model_name="sdk",
        transform_input=TransformInput(
            data_source=TransformDataSource(s3_data_source=source), content_type="text/csv", split_type="Line"
        ),
        transform_output=TransformOutput(s3_output_path=f"s3://{bucket}/sdk/batch"),
        transform_resources=TransformResources(instance_type="ml.m5.large", instance_count=1),
    )
    transform.wait(poll=1)
    output = boto3.client("s3").get_object(Bucket=bucket, Key="sdk/batch/rows.csv.out")["Body"].read().decode()
    endpoint.delete()
    return {
        "training": job.refresh().training_job_status,
        "tuning": tuner.describe().hyper_parameter_tuning_job_status,
        "best": tuner.best_training_job(),
        "answer": answer,
        "output": output,
    }


if __name__ == "__main__":
    forbid_the_network()
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
