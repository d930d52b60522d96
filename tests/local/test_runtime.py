"""InvokeEndpoint through plain boto3: answers, headers, and every way in which a request can be refused."""

from __future__ import annotations

import http.client
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.local.serving import Stage, open_stage, routing
from tests.waiting import until
from tui.local.model import service_model
from tui.local.serving import runtime
from tui.local.serving.routing import Route, Share

BODY = b"0.5,0.5"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An endpoint `one` with an XGBoost model, and `two` with one of each algorithm."""
    with open_stage(tmp_path_factory.mktemp("runtime")) as opened:
        opened.serve("one", {"AllTraffic": 1.0})
        opened.serve("two", {"X": 1.0, "L": 1.0}, L=opened.load("two", "L", "linear-learner"))
        yield opened


def _refused(stage: Stage, endpoint: str = "one", body: bytes = BODY, **members: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        stage.invoke(endpoint, body, **members)
    return dict(caught.value.response)


def _validation_error(stage: Stage, endpoint: str = "one", **members: Any) -> str:
    response = _refused(stage, endpoint, **members)
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == ("ValidationError", 400)
    assert response["Message"] == response["Error"]["Message"]
    return str(response["Message"])


def _post(stage: Stage, path: str, headers: dict[str, str], body: bytes = BODY) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection(urlsplit(stage.url).netloc, timeout=20)
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


class TestAnswer:
    def test_the_container_s_answer_and_the_variant(self, stage: Stage) -> None:
        answer = stage.invoke("one")
        assert math.isclose(float(answer["Body"]), 1.0, abs_tol=0.5)
        assert answer["ContentType"] == "text/csv; charset=utf-8"
        assert answer["InvokedProductionVariant"] == "AllTraffic"
        assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == "request-id"

    def test_each_answer_is_the_named_variant_s_own(self, stage: Stage) -> None:
        own = {name: stage.invoke("two", TargetVariant=name) for name in ("X", "L")}
        assert own["L"]["ContentType"] == "application/json"
        assert own["L"]["Body"] != own["X"]["Body"]
        answers = [stage.invoke("two") for _ in range(100)]
        for answer in answers:
            assert answer["Body"] == own[answer["InvokedProductionVariant"]]["Body"]
        count = Counter(answer["InvokedProductionVariant"] for answer in answers)["X"]
        assert abs(count - 50) <= 25, "five standard deviations"

    def test_accept_reaches_the_container(self, stage: Stage) -> None:
        answer = stage.invoke("one", Accept="application/json")
        assert answer["ContentType"] == "application/json"
        assert json.loads(answer["Body"])["predictions"][0]["score"] == pytest.approx(
            float(stage.invoke("one")["Body"])
        )

    def test_an_empty_answer(self, stage: Stage) -> None:
        answer = stage.invoke("one", b"")
        assert (answer["Body"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (b"", 200)

    def test_custom_attributes_are_the_container_s_to_answer(self, stage: Stage) -> None:
        answer = stage.invoke("one", CustomAttributes="trace=7", InferenceId="row 7", PrefixAwareId="p")
        assert "CustomAttributes" not in answer

    def test_a_request_without_headers(self, stage: Stage) -> None:
        response, content = _post(stage, "/endpoints/one/invocations", {})
        assert response.status == 424
        assert json.loads(content)["OriginalStatusCode"] == 415


class TestModelError:
    def test_the_container_s_own_words(self, stage: Stage) -> None:
        response = _refused(stage, body=b"a,b")
        assert response["Error"]["Code"] == "ModelError"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
        assert response["OriginalStatusCode"] == 415
        original = response["OriginalMessage"]
        assert original.startswith("Loading csv data failed with Exception, please ensure data is in csv format:")
        assert response["Message"] == (
            f'Received client error (415) from primary with message "{original}". See https://us-east-1.console.aws.'
            "amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=/aws/sagemaker/Endpoints/one in account "
            "123456789012 for more information."
        )
        assert response["LogStreamArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/one"

    @pytest.mark.parametrize(
        ("endpoint", "members", "status"),
        [
            ("one", {"ContentType": "text/html"}, 415),
            ("one", {"Body": b"1,2,3,4,5"}, 400),
            ("one", {"Accept": "text/html"}, 406),
        ],
    )
    def test_its_status(self, stage: Stage, endpoint: str, members: dict[str, Any], status: int) -> None:
        assert _refused(stage, endpoint, **members)["OriginalStatusCode"] == status

    def test_its_members_are_those_of_the_model(self, stage: Stage) -> None:
        response, content = _post(stage, "/endpoints/one/invocations", {"Content-Type": "text/csv"}, b"x" * 5000)
        assert (response.status, response.headers["x-amzn-ErrorType"]) == (424, "ModelError")
        members = json.loads(content)
        shapes = service_model("sagemaker-runtime").shapes
        assert set(members) == set(shapes["ModelError"]["members"])
        assert len(members["Message"]) <= shapes["Message"]["max"]

    def test_a_container_that_takes_too_long(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "_ANSWER_SECONDS", 0.0)
        response = _refused(stage)
        assert response["Message"].startswith(
            'Received server error (0) from primary with message "Your invocation timed out while waiting for a '
            "response from container primary."
        )


class TestRefused:
    def test_an_unknown_endpoint(self, stage: Stage) -> None:
        assert _validation_error(stage, "absent") == "Endpoint absent of account 123456789012 not found."

    def test_an_unknown_variant(self, stage: Stage) -> None:
        message = _validation_error(stage, "two", TargetVariant="Y")
        assert message == "Variant Y of endpoint two not found. Its production variants are: L, X."

    @pytest.mark.parametrize(
        ("member", "value", "reason"),
        [
            ("TargetModel", "model.tar.gz", "it is no multi-model endpoint; each of its variants serves one model"),
            ("TargetContainerHostname", "first", "its models have one container each, so there is none to choose"),
            ("InferenceComponentName", "part", "it has no inference components; its models belong to its variants"),
            ("SessionId", "NEW_SESSION", "its models keep no sessions"),
            ("EnableExplanations", "`true`", "it has no explainer"),
        ],
    )
    def test_what_cannot_be_honoured(self, stage: Stage, member: str, value: str, reason: str) -> None:
        assert _validation_error(stage, **{member: value}) == (f"{member} cannot be used with endpoint one: {reason}.")

    @pytest.mark.parametrize(
        ("member", "value", "place", "constraint"),
        [
            ("EndpointName", "e" * 64, "endpointName", "Member must have length less than or equal to 63"),
            ("EndpointName", "a_b", "endpointName", "Member must satisfy regular expression pattern: "),
            ("TargetVariant", "v" * 64, "targetVariant", "Member must have length less than or equal to 63"),
            ("TargetVariant", "a_b", "targetVariant", "Member must satisfy regular expression pattern: "),
            ("InferenceId", "i" * 65, "inferenceId", "Member must have length less than or equal to 64"),
            ("ContentType", "c" * 1025, "contentType", "Member must have length less than or equal to 1024"),
            ("Accept", "c" * 1025, "accept", "Member must have length less than or equal to 1024"),
            ("TargetModel", "m" * 1025, "targetModel", "Member must have length less than or equal to 1024"),
            ("SessionId", "a_b", "sessionId", "Member must satisfy regular expression pattern: "),
        ],
    )
    def test_a_constraint_of_the_model(
        self, stage: Stage, member: str, value: str, place: str, constraint: str
    ) -> None:
        message = _validation_error(stage, **{member: value})
        assert message.startswith(
            f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"
        )

    def test_custom_attributes_are_not_shown_when_they_are_too_long(self, stage: Stage) -> None:
        message = _validation_error(stage, CustomAttributes="c" * 1025)
        assert message == (
            "1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: "
            "Member must have length less than or equal to 1024"
        )

    @pytest.mark.parametrize("size", [6_291_457, 20_000_000])
    def test_too_large_a_body(self, stage: Stage, size: int) -> None:
        response = _refused(stage, body=b"1" * size)
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 413
        assert response["Error"] == {"Code": "413", "Message": "HTTP content length exceeded 6291456 bytes."}

    def test_the_largest_body_reaches_the_container(self, stage: Stage) -> None:
        row = BODY + b"\n"
        rows = 6_291_456 // len(row)
        body = row * rows + b"\n" * (6_291_456 - rows * len(row))
        assert len(body) == 6_291_456
        assert len(stage.invoke("one", body)["Body"].split()) == rows

    def test_operations_that_are_not_there(self, stage: Stage) -> None:
        calls: dict[str, dict[str, Any]] = {
            "InvokeEndpointAsync": {"InputLocation": "s3://bucket/key"},
            "InvokeEndpointWithResponseStream": {"Body": BODY},
        }
        for operation, members in calls.items():
            call = getattr(stage.runtime, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
            with pytest.raises(ClientError) as caught:
                call(EndpointName="one", **members)
            assert caught.value.response["Error"] == {
                "Code": "UnsupportedOperation",
                "Message": f"The embedded SageMaker does not implement {operation} of sagemaker-runtime.",
            }

    def test_what_boto3_itself_refuses(self, stage: Stage) -> None:
        with pytest.raises(ParamValidationError):
            stage.runtime.invoke_endpoint(EndpointName="one")


def test_a_shadow_answers_to_nobody(stage: Stage) -> None:
    production, shadow = stage.load("shadowed", "P"), stage.load("shadowed", "S", "linear-learner")
    routes = Route("P", 1.0, production), Route("S", 1.0, shadow, shadow=True)
    stage.hosting.router.switch("shadowed", routing(Share(1.0, routes)))
    answers = [stage.invoke("shadowed") for _ in range(5)]
    assert {answer["InvokedProductionVariant"] for answer in answers} == {"P"}
    assert {answer["Body"] for answer in answers} == {stage.invoke("one")["Body"]}

    until(lambda: stage.total("Invocations", "shadowed", "S") == 5, "the metrics of variant S")
    assert stage.total("InvocationModelErrors", "shadowed", "S") == 0
    until(lambda: stage.total("Invocations", "shadowed", "P") == 5, "the metrics of variant P")
    stage.hosting.router.remove("shadowed")
    for model in (production, shadow):
        stage.hosting.fleet.unload(model)
