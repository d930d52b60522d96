"""The data and the requests of the low-level SageMaker tutorials, for the tests that walk through them by plain boto3.

Boston's house prices are gone from scikit-learn; its diabetes data takes their place. The requests are the notebooks'.
"""

from __future__ import annotations

import functools
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.local.container_runs import Split
from tests.local.server import LocalServer
from tests.local.training import role_arn

BUCKET = "sagemaker-us-east-1-123456789012"

XGBOOST_HYPERPARAMETERS = {
    "max_depth": "5",
    "eta": "0.2",
    "gamma": "4",
    "min_child_weight": "6",
    "subsample": "0.8",
    "objective": "reg:linear",
    "early_stopping_rounds": "10",
    "num_round": "200",
}
LINEAR_HYPERPARAMETERS = {"feature_dim": "10", "predictor_type": "regressor", "mini_batch_size": "100"}

WAITER = {"Delay": 0.2, "MaxAttempts": 600}
"""How the tests use boto3's own waiters, which look every minute or two by themselves."""

FACTOR = 1.15
"""By how much a model beats the mean at least; the seed of the split decides whether it is 1.11 or 1.38."""


@dataclass(frozen=True, slots=True)
class Diabetes:
    """The notebooks' two splits by a third: 198 rows to train on, 98 to validate, 146 to test."""

    split: Split
    test_x: Any
    test_y: Any

    @property
    def test_csv(self) -> str:
        """The rows to test on, without labels."""
        return "".join(f"{row(features)}\n" for features in self.test_x)

    def times_better_than_the_mean(self, predicted: Any) -> float:
        """How many times smaller the error of predictions for the test rows is than that of the mean."""
        import numpy as np

        labels = self.test_y
        errors = [float(np.sqrt(np.mean((labels - guess) ** 2))) for guess in (self.split.train_y.mean(), predicted)]
        return errors[0] / errors[1]


@functools.cache
def diabetes() -> Diabetes:
    """scikit-learn's bundled data, split."""
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split

    features, labels = (column.astype("float32") for column in load_diabetes(return_X_y=True))
    features, test_x, labels, test_y = train_test_split(features, labels, test_size=0.33, random_state=2)
    train_x, validation_x, train_y, validation_y = train_test_split(features, labels, test_size=0.33, random_state=2)
    return Diabetes(Split(train_x, train_y, validation_x, validation_y), test_x, test_y)


def row(features: Any) -> str:
    """One row of CSV from which the float32 numbers come back as they were."""
    return ",".join(repr(float(value)) for value in features)


def upload(server: LocalServer, prefix: str, files: Mapping[str, str]) -> dict[str, str]:
    """Put CSV files under a prefix of the bucket; answers their URIs by their names."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for name, content in files.items():
        s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}.csv", Body=content.encode())
    return {name: f"s3://{BUCKET}/{prefix}/{name}.csv" for name in files}


def read(server: LocalServer, uri: str) -> bytes:
    """An object of the bucket."""
    body: bytes = server.client("s3").get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    return body


def training_definition(prefix: str, image: str, content_type: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    """The notebooks' `training_params` but for name and hyperparameters, with channels from S3 prefixes."""
    return {
        "RoleArn": role_arn(),
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{prefix}/output"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "InputDataConfig": [
            {
                "ChannelName": channel,
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": uri,
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
                "ContentType": content_type,
                "CompressionType": "None",
            }
            for channel, uri in inputs.items()
        ],
    }


def wait_for_training(server: LocalServer, name: str) -> Any:
    """The description of a training job that has completed."""
    sagemaker = server.client("sagemaker")
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName=name, WaiterConfig=WAITER)
    job = sagemaker.describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Completed", job
    return job


def make_model(server: LocalServer, job: Any) -> str:
    """A model of what a training job has left, under the notebooks' name for it."""
    name = f"{job['TrainingJobName']}-model"
    server.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=job["RoleArn"],
        PrimaryContainer={
            "Image": job["AlgorithmSpecification"]["TrainingImage"],
            "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
        },
    )
    return name


def transform(server: LocalServer, name: str, model: str, uri: str) -> list[float]:
    """The predictions that a batch transform of a CSV file writes beside it."""
    sagemaker = server.client("sagemaker")
    output = f"s3://{BUCKET}/{name}/batch-bransform"
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        MaxConcurrentTransforms=1,
        MaxPayloadInMB=6,
        BatchStrategy="MultiRecord",
        TransformOutput={"S3OutputPath": output},
        TransformInput={
            "ContentType": "text/csv",
            "SplitType": "Line",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        },
        TransformResources={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1},
    )
    waiter = sagemaker.get_waiter("transform_job_completed_or_stopped")
    waiter.wait(TransformJobName=name, WaiterConfig=WAITER)
    described = sagemaker.describe_transform_job(TransformJobName=name)
    assert described["TransformJobStatus"] == "Completed", described
    return [float(line) for line in read(server, f"{output}/{uri.rpartition('/')[2]}.out").split()]


def unpacked_booster(archive: bytes) -> Any:
    """The XGBoost model in a `model.tar.gz`, read without the code under test."""
    import xgboost

    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        (name,) = members.getnames()
        assert name == "xgboost-model"
        member = members.extractfile(name)
        assert member is not None
        return xgboost.Booster(model_file=bytearray(member.read()))


def own_predictions(booster: Any, features: Any) -> Any:
    """What a model predicts in this very process."""
    import xgboost

    return booster.predict(xgboost.DMatrix(features, nthread=1))
