"""Models: the list, and the model of a training job."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.stub_aws import Refused, StubAws
from tui.resources.models import TrainedModel
from tui.service.gateway import Gateway
from tui.service.models import Models

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRAINED = TrainedModel("job", "image", "s3://b/job/model.tar.gz", "arn:aws:iam::123456789012:role/r")


@pytest.fixture
def known(aws: StubAws) -> dict[str, dict[str, Any]]:
    """The account's models, by name."""
    models: dict[str, dict[str, Any]] = {}

    def describe(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["ModelName"] not in models:
            raise Refused("ValidationException", 'Could not find model "arn:aws:sagemaker:…".')
        return models[asked["ModelName"]]

    def create(asked: dict[str, Any]) -> dict[str, Any]:
        models[asked["ModelName"]] = {**asked, "ModelArn": f"arn/{asked['ModelName']}", "CreationTime": 1.0}
        return {"ModelArn": f"arn/{asked['ModelName']}"}

    aws.answers |= {"DescribeModel": describe, "CreateModel": create}
    return models


async def test_a_training_job_has_one_model(gateway: Gateway, known: dict[str, dict[str, Any]]) -> None:
    models = Models(gateway)
    assert await models.of(TRAINED) == ("job", True)
    assert known["job"]["PrimaryContainer"] == {"Image": "image", "ModelDataUrl": "s3://b/job/model.tar.gz"}
    assert await models.of(TRAINED) == ("job", False)
    assert list(known) == ["job"]


async def test_another_model_of_that_name_is_left_alone(gateway: Gateway, known: dict[str, dict[str, Any]]) -> None:
    models = Models(gateway)
    await models.of(TRAINED)
    retrained = TrainedModel("job", "image", "s3://b/other/model.tar.gz", TRAINED.role)
    assert await models.of(retrained) == ("job-2", True)
    assert await models.of(retrained) == ("job-2", False)
    assert known["job"]["PrimaryContainer"]["ModelDataUrl"] == TRAINED.artifact
