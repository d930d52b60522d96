"""Tags on training jobs, by plain boto3 and raw."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import call, request, upload_data, wait_for_end, without_data


def _job(server: LocalServer, name: str, **members: Any) -> str:
    """The ARN of a job that has ended."""
    upload_data(server)
    arn = server.client("sagemaker").create_training_job(**request(name, **without_data(), **members))["TrainingJobArn"]
    wait_for_end(server, name)
    return str(arn)


def _tags(answer: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def test_tags_are_added_overwritten_listed_and_deleted(server: LocalServer) -> None:
    arn = _job(server, "tagged", Tags=[{"Key": "team", "Value": "a"}])

    added = call(
        server,
        "AddTags",
        {"ResourceArn": arn, "Tags": [{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": ""}]},
    )
    assert _tags(added) == {"team": "b", "cost": ""}
    assert call(server, "DeleteTags", {"ResourceArn": arn, "TagKeys": ["team", "absent"]}) == {}
    assert _tags(call(server, "ListTags", {"ResourceArn": arn})) == {"cost": ""}


def test_a_resource_has_at_most_fifty_tags(server: LocalServer) -> None:
    arn = _job(server, "many-tags", Tags=[{"Key": f"k{number}", "Value": "1"} for number in range(50)])
    sagemaker = server.client("sagemaker")

    with pytest.raises(ClientError, match="at most 50 tags"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
    assert len(sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50


def test_tags_of_what_does_not_exist_are_refused(server: LocalServer) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/nobody"
    with pytest.raises(ClientError, match="Requested resource not found"):
        server.client("sagemaker").list_tags(ResourceArn=arn)


def test_a_deleted_job_takes_its_tags_along(server: LocalServer) -> None:
    arn = _job(server, "short-lived", Tags=[{"Key": "team", "Value": "a"}])
    server.client("sagemaker").delete_training_job(TrainingJobName="short-lived")
    assert _job(server, "short-lived") == arn
    assert server.client("sagemaker").list_tags(ResourceArn=arn)["Tags"] == []
