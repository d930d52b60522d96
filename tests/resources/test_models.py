"""Models as values."""

from __future__ import annotations

from tests.panes.scripted import JOBS, detail
from tui.resources.models import (
    Model,
    ModelDetail,
    TrainedModel,
    model_name,
    model_name_problem,
    model_request,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/boston"


def test_a_description_is_read_whole() -> None:
    description = {
        "ModelName": "boston",
        "ModelArn": ARN,
        "CreationTime": 5.0,
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
        "PrimaryContainer": {"Image": "image", "ModelDataUrl": "s3://b/model.tar.gz"},
    }
    found = ModelDetail.from_description(description)
    assert found.model == Model("boston", ARN, 5.0)
    assert (found.image, found.data_url, found.containers) == ("image", "s3://b/model.tar.gz", 1)
    assert found.role.endswith("role/r")


def test_a_pipeline_is_known_by_its_first_container() -> None:
    source = {"S3DataSource": {"S3Uri": "s3://b/folder/"}}
    containers = [{"Image": "one", "ModelDataSource": source}, {"Image": "two"}]
    described = {"ModelName": "pipe", "ModelArn": ARN, "CreationTime": 5.0, "Containers": containers}
    found = ModelDetail.from_description(described)
    assert (found.image, found.data_url, found.containers) == ("one", "s3://b/folder/", 2)


def test_a_training_job_with_an_artifact_makes_a_model() -> None:
    done = next(job for job in JOBS if job.status == "Completed")
    trained = TrainedModel.of(detail(done, ModelArtifacts={"S3ModelArtifacts": "s3://b/out/model.tar.gz"}))
    assert trained is not None
    assert model_request("m", trained)["PrimaryContainer"] == {
        "Image": trained.image,
        "ModelDataUrl": "s3://b/out/model.tar.gz",
    }
    assert TrainedModel.of(detail(done, ModelArtifacts={})) is None


def test_names() -> None:
    assert model_name("job-1") == "job-1"
    assert model_name_problem("a-b") == ""
    assert model_name_problem("") == "The name is empty."
    assert model_name_problem("a" * 64) == "The name has 64 characters, 63 are allowed."
    expected = "The name may hold letters, digits and dashes, and begins and ends with a letter or a digit."
    assert [model_name_problem(name) for name in ("-a", "a-", "a_b")] == [expected] * 3
