"""What endpoints leave behind: captured data in S3 and metrics in CloudWatch, as many as there were invocations."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.serving import Stage, open_stage, routing
from tests.waiting import until
from tui.local.cloudwatch.metrics import Metric
from tui.local.serving import capture as module
from tui.local.serving.metrics import HOSTS, VariantMeter
from tui.local.serving.routing import Route, Share

BUCKET = "captured"
TEXT = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}
BOTH = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "INTERVAL_SECONDS", 0.2)
        with open_stage(tmp_path_factory.mktemp("capture")) as opened:
            opened.objects.create_bucket(BUCKET)
            yield opened


def _config(endpoint: str, **members: Any) -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/{endpoint}-capture/",
        "CaptureOptions": BOTH,
        "CaptureContentTypeHeader": TEXT,
    } | members


def _serve(stage: Stage, endpoint: str, capture: Mapping[str, Any], algorithm: str = "xgboost") -> None:
    route = Route("AllTraffic", 1.0, stage.load(endpoint, "AllTraffic", algorithm))
    stage.hosting.router.switch(endpoint, routing(Share(1.0, (route,)), capture=capture))


def _lines(stage: Stage, endpoint: str) -> list[Any]:
    """All captured records of an endpoint, in the order they were captured."""
    keys = [info.key for info in stage.objects.list(BUCKET, f"{endpoint}-capture/{endpoint}/AllTraffic/")]
    contents = b"".join(stage.objects.open(BUCKET, key).read() for key in keys)
    return [json.loads(line) for line in contents.splitlines()]


class TestCapture:
    def test_text_in_and_out(self, stage: Stage) -> None:
        _serve(stage, "text", _config("text"))
        answer = stage.invoke("text", InferenceId="row-7", CustomAttributes="trace=7")
        [record] = until(lambda: _lines(stage, "text"), "the captured record")
        event = record["eventMetadata"]
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event.pop("eventId"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event.pop("inferenceTime"))
        assert record == {
            "captureData": {
                "endpointInput": {
                    "observedContentType": "text/csv",
                    "mode": "INPUT",
                    "data": "0.5,0.5",
                    "encoding": "CSV",
                },
                "endpointOutput": {
                    "observedContentType": "text/csv; charset=utf-8",
                    "mode": "OUTPUT",
                    "data": answer["Body"].decode(),
                    "encoding": "CSV",
                },
            },
            "eventMetadata": {"customAttributes": ["trace=7"], "inferenceId": "row-7"},
            "eventVersion": "0",
        }
        [key] = [info.key for info in stage.objects.list(BUCKET, "text-capture/")]
        assert re.fullmatch(
            r"text-capture/text/AllTraffic/\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl", key
        )

    def test_json_out(self, stage: Stage) -> None:
        _serve(stage, "json", _config("json", CaptureOptions=[{"CaptureMode": "Output"}]), "linear-learner")
        answer = stage.invoke("json")
        [record] = until(lambda: _lines(stage, "json"), "the captured record")
        assert record["captureData"] == {
            "endpointOutput": {
                "observedContentType": "application/json",
                "mode": "OUTPUT",
                "data": answer["Body"].decode(),
                "encoding": "JSON",
            }
        }
        assert set(record["eventMetadata"]) == {"eventId", "inferenceTime"}

    def test_base64_unless_the_content_type_is_named(self, stage: Stage) -> None:
        config = _config("base64", CaptureOptions=[{"CaptureMode": "InputAndOutput"}])
        del config["CaptureContentTypeHeader"]
        _serve(stage, "base64", config)
        answer = stage.invoke("base64")
        [record] = until(lambda: _lines(stage, "base64"), "the captured record")
        sides = record["captureData"]
        assert {side["encoding"] for side in sides.values()} == {"BASE64"}
        assert base64.b64decode(sides["endpointInput"]["data"]) == b"0.5,0.5"
        assert base64.b64decode(sides["endpointOutput"]["data"]) == answer["Body"]

    def test_many_in_few_objects_and_none_lost(self, stage: Stage) -> None:
        _serve(stage, "many", _config("many"))
        for number in range(30):
            stage.invoke("many", InferenceId=f"row-{number}")
        until(lambda: len(_lines(stage, "many")) == 30, "all captured records")
        ids = {record["eventMetadata"]["inferenceId"] for record in _lines(stage, "many")}
        assert ids == {f"row-{number}" for number in range(30)}
        assert len(list(stage.objects.list(BUCKET, "many-capture/"))) < 15

    @pytest.mark.parametrize(
        ("endpoint", "members"), [("off", {"EnableCapture": False}), ("never", {"InitialSamplingPercentage": 0})]
    )
    def test_none(self, stage: Stage, endpoint: str, members: dict[str, Any]) -> None:
        _serve(stage, endpoint, _config(endpoint, **members))
        _serve(stage, f"{endpoint}-marker", _config(f"{endpoint}-marker"))
        stage.invoke(endpoint)
        stage.invoke(f"{endpoint}-marker")
        until(lambda: _lines(stage, f"{endpoint}-marker"), "the captured record of the marker")
        assert _lines(stage, endpoint) == []

    def test_no_failed_invocation(self, stage: Stage) -> None:
        _serve(stage, "failed", _config("failed"))
        with pytest.raises(ClientError):
            stage.invoke("failed", b"a")
        stage.invoke("failed", InferenceId="good")
        [record] = until(lambda: _lines(stage, "failed"), "the captured record")
        assert record["eventMetadata"]["inferenceId"] == "good"

    def test_a_bucket_that_is_gone_does_not_hold_up_the_others(
        self, stage: Stage, caplog: pytest.LogCaptureFixture
    ) -> None:
        _serve(stage, "gone", _config("gone", DestinationS3Uri="s3://no-such-bucket/x"))
        _serve(stage, "there", _config("there"))
        stage.invoke("gone")
        stage.invoke("there")
        until(lambda: _lines(stage, "there"), "the captured record")
        said = "captured data could not be written to s3://no-such-bucket/x/gone/AllTraffic"
        until(lambda: said in caplog.text, "a word about the bucket that is gone")


def test_what_is_not_written_yet_is_written_at_the_end(tmp_path: Path) -> None:
    with open_stage(tmp_path) as stage:
        stage.objects.create_bucket(BUCKET)
        _serve(stage, "last", _config("last"))
        stage.invoke("last")
    with open_stage(tmp_path) as stage:
        assert len(_lines(stage, "last")) == 1
        assert stage.total("Invocations", "last", "AllTraffic") == 1
        assert any("POST /invocations" in line for line in stage.log_lines("last"))


class TestMetrics:
    def test_their_sums_are_the_number_of_calls(self, stage: Stage) -> None:
        route = Route("AllTraffic", 1.0, stage.load("counted", "AllTraffic"))
        stage.hosting.router.switch("counted", routing(Share(1.0, (route,)), counts={"AllTraffic": 4}))
        for _ in range(12):
            stage.invoke("counted")
        for _ in range(3):
            with pytest.raises(ClientError):
                stage.invoke("counted", b"a")
        with pytest.raises(ClientError):
            stage.invoke("counted", TargetVariant="absent")

        def total(metric: str) -> float:
            return stage.total(metric, "counted", "AllTraffic")

        until(lambda: total("Invocations") == 15, "the metrics of all invocations")
        assert total("InvocationsPerInstance") == 15 / 4
        assert total("Invocation4XXErrors") == 3
        assert total("Invocation5XXErrors") == 0
        assert total("InvocationModelErrors") == 3
        dimensions = (("EndpointName", "counted"), ("VariantName", "AllTraffic"))
        units = {}
        for metric, largest in (("ModelLatency", 5e6), ("OverheadLatency", 5e6)):
            assert 15 * 10 < total(metric) < 15 * largest
            [units[metric]] = stage.metrics.units(Metric("AWS/SageMaker", metric, dimensions), stage.recent())
        assert set(units.values()) == {"Microseconds"}

    def test_a_failed_host_counts_as_a_server_error(self, stage: Stage) -> None:
        model = stage.load("gone-model", "AllTraffic")
        stage.serve("gone-model", {"AllTraffic": 1.0}, AllTraffic=model)
        stage.hosting.fleet.unload(model)
        with pytest.raises(ClientError) as caught:
            stage.invoke("gone-model")
        assert caught.value.response["OriginalStatusCode"] == 502
        until(lambda: stage.total("Invocation5XXErrors", "gone-model", "AllTraffic") == 1, "the metric of the failure")
        assert stage.total("InvocationModelErrors", "gone-model", "AllTraffic") == 1
        assert stage.total("Invocation4XXErrors", "gone-model", "AllTraffic") == 0

    def test_what_the_variants_cost(self, stage: Stage) -> None:
        stage.serve("busy", {"AllTraffic": 1.0})
        stage.serve("idle", {"AllTraffic": 1.0})
        stage.invoke("busy", b"0.5,0.5\n" * 20000)
        meter = VariantMeter(stage.hosting.fleet, stage.metrics)
        meter.start()
        with closing(meter):
            stage.invoke("busy")
        assert stage.total("CPUUtilization", "busy", "AllTraffic", HOSTS) > 0
        assert stage.total("CPUUtilization", "idle", "AllTraffic", HOSTS) == 0
        for endpoint in ("busy", "idle"):
            assert 0 < stage.total("MemoryUtilization", endpoint, "AllTraffic", HOSTS) < 100
