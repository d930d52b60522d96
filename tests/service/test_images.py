"""Image paths as `sagemaker.core.image_uris.retrieve` gives them, whose answers stand below."""

from __future__ import annotations

import pytest

from tests.service.task_context import ScriptedContext
from tui.service.errors import InvalidRequest
from tui.service.wire import Connection
from tui.service.worker.aws import Aws
from tui.service.worker.images import image_uri, uri_in_region


@pytest.mark.parametrize(
    ("algorithm", "version", "region", "uri"),
    [
        ("xgboost", "1.7-1", "eu-west-1", "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"),
        ("xgboost", "1.2-1", "eu-west-1", "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.2-1"),
        ("xgboost", "1", "us-east-1", "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"),
        (
            "xgboost",
            "0.90-2",
            "ap-southeast-2",
            "783357654285.dkr.ecr.ap-southeast-2.amazonaws.com/sagemaker-xgboost:0.90-2-cpu-py3",
        ),
        ("xgboost", "3.2-0", "cn-north-1", "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.2-0"),
        ("xgboost", "1.7-1", "us-iso-east-1", "833128469047.dkr.ecr.us-iso-east-1.c2s.ic.gov/sagemaker-xgboost:1.7-1"),
        (
            "xgboost",
            "1.7-1",
            "us-isob-east-1",
            "281123927165.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/sagemaker-xgboost:1.7-1",
        ),
        ("linear-learner", "1", "eu-west-1", "438346466558.dkr.ecr.eu-west-1.amazonaws.com/linear-learner:1"),
        ("linear-learner", "1", "us-gov-west-1", "226302683700.dkr.ecr.us-gov-west-1.amazonaws.com/linear-learner:1"),
    ],
)
def test_an_image_has_its_registry_repository_and_tag(algorithm: str, version: str, region: str, uri: str) -> None:
    assert uri_in_region(algorithm, version, region) == uri


@pytest.mark.parametrize(("version", "region"), [("9.9-9", "eu-west-1"), ("1.7-1", "xx-nowhere-1")])
def test_what_is_not_offered_says_what_is(version: str, region: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        uri_in_region("xgboost", version, region)
    assert str(caught.value).startswith(f"SageMaker offers no xgboost {version} in {region}. Its image table has ")
    assert "1.7-1" in str(caught.value)


def test_the_region_is_the_connections_and_costs_no_call() -> None:
    nowhere = Aws(Connection(None, "us-west-2", "http://127.0.0.1:9", "AKIDEXAMPLE", "secret"))
    context = ScriptedContext({"sagemaker": nowhere.client("sagemaker")})
    assert image_uri(context, "linear-learner", "1") == uri_in_region("linear-learner", "1", "us-west-2")
