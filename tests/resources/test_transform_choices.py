"""What a person decides about a transform job: its rules, its request, what becomes of the first records."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.resources.transforms import CHOICE, peek
from tui.resources.transform_choices import choice_problems, clone_request, transform_request
from tui.resources.transform_previews import label_filter, previews, width_problem

JSON_CHOICE = replace(CHOICE, content_type="application/jsonlines", accept="application/jsonlines")


@pytest.mark.parametrize(
    ("members", "field", "says"),
    [
        ({"max_payload": 101}, "max_payload", "from 0 to 100"),
        ({"max_payload": 0}, "max_payload", "chunks"),
        ({"max_payload": 26, "max_concurrent": 4}, "max_concurrent", "at most 3 at a time"),
        ({"input_uri": "bucket/in"}, "input_uri", "s3://bucket/prefix/"),
        ({"output_uri": "s3://bucket/in/test.csv/"}, "output_uri", "among the input"),
        ({"input_filter": "$.a"}, "input_filter", "by their places"),
        ({"input_filter": "1:"}, "input_filter", "begins with $"),
        ({"input_filter": "$[" + "1," * 40 + "1]"}, "input_filter", "63 are allowed"),
        ({"input_filter": "$[1:]", "split": "None"}, "input_filter", "split by Line"),
        ({"join": True, "assemble": "None"}, "assemble", "by Line"),
        ({"join": True, "accept": "application/json"}, "accept", "text/csv out"),
        ({"accept": "image/png"}, "accept", "The container answers in text/csv"),
        ({"content_type": "image/png", "input_filter": "$[1:]"}, "content_type", "Filters"),
        ({"split": "TFRecord"}, "split", "TFRecords"),
        ({"split": "RecordIO"}, "split", "no RecordIO"),
        ({"content_type": "application/json", "accept": "application/json"}, "strategy", "SingleRecord"),
    ],
)
def test_rules_of_xgboost(members: dict[str, Any], field: str, says: str) -> None:
    assert choice_problems(CHOICE, "xgboost") == {}
    assert says in choice_problems(replace(CHOICE, **members), "xgboost")[field]


def test_csv_is_not_joined_with_linear_learner() -> None:
    linear = replace(CHOICE, accept="application/jsonlines")
    assert choice_problems(linear, "linear-learner") == {}
    found = choice_problems(replace(linear, join=True), "linear-learner")
    assert "would fail on its first answer" in found["join"]
    assert "cannot be joined" in found["accept"]
    assert "answers in application/jsonlines" in choice_problems(CHOICE, "linear-learner")["accept"]
    assert choice_problems(replace(JSON_CHOICE, join=True), "linear-learner") == {}


def test_a_request_says_what_was_chosen_and_no_more() -> None:
    assert transform_request(CHOICE) == {
        "TransformJobName": "job",
        "ModelName": "model",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in/test.csv"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
            "CompressionType": "None",
        },
        "TransformOutput": {"S3OutputPath": "s3://bucket/out/job", "Accept": "text/csv", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 6,
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": 600, "InvocationsMaxRetries": 3},
    }
    whole = transform_request(replace(CHOICE, split="None", assemble="None"))
    assert "BatchStrategy" not in whole
    processed = transform_request(replace(CHOICE, input_filter="$[1:]", join=True, max_concurrent=4))
    assert processed["DataProcessing"] == {"InputFilter": "$[1:]", "OutputFilter": "$", "JoinSource": "Input"}
    assert processed["MaxConcurrentTransforms"] == 4


def test_a_clone_keeps_what_no_form_asks_for() -> None:
    description = {
        "Environment": {"A": "b"},
        "TransformOutput": {"S3OutputPath": "s3://bucket/old", "KmsKeyId": "key"},
        "TransformResources": {"InstanceType": "ml.m4.xlarge"},
    }
    request = clone_request(CHOICE, description)
    assert request["Environment"] == {"A": "b"}
    assert request["TransformOutput"]["KmsKeyId"] == "key"
    assert request["TransformOutput"]["S3OutputPath"] == "s3://bucket/out/job"
    assert request["TransformResources"]["InstanceType"] == "ml.m5.large"


def test_a_preview_shows_what_is_sent_and_stored() -> None:
    seen = peek("7,0.1,0.2", "8,0.3")
    first, second = previews(seen, replace(CHOICE, input_filter="$[1:]", join=True, output_filter="$[0,-1]"))
    assert (first.sent, first.stored) == ("0.1,0.2", "7,‹prediction›")
    assert (first.input_problem, first.output_problem) == ("", "")
    assert (second.sent, second.stored) == ("0.3", "8,‹prediction›")
    (wrong, _) = previews(seen, replace(CHOICE, input_filter="$[5]"))
    assert "place 5, and the record has 3" in wrong.input_problem
    (odd, _) = previews(seen, replace(CHOICE, output_filter="$[2]"))
    assert (odd.sent, odd.input_problem) == ("", "")
    assert "place 2, and the record has 1" in odd.output_problem
    (record,) = previews(peek('{"id": 1, "features": [2]}'), replace(JSON_CHOICE, input_filter="$.features", join=True))
    assert record.sent == "[2]"
    assert json.loads(record.stored) == {"id": 1, "features": [2], "SageMakerOutput": {"score": "‹prediction›"}}
    assert previews(seen, replace(CHOICE, split="None")) == ()


def test_a_record_that_the_model_would_refuse() -> None:
    (record,) = previews(peek("7,0.1,0.2"), CHOICE)
    assert width_problem(record, "text/csv", 3) == ""
    assert width_problem(record, "text/csv", 0) == "", "nobody knows"
    assert width_problem(record, "application/jsonlines", 2) == ""
    assert width_problem(record, "text/csv", 2) == (
        "The model learnt from 2 columns and would get 3: $[1:] leaves out a label in front."
    )
    (record,) = previews(peek("7,0.1,0.2"), replace(CHOICE, input_filter="$[1:]"))
    assert width_problem(record, "text/csv", 2) == ""
    assert width_problem(record, "text/csv", 9) == "The model learnt from 9 columns and would get 2."


def test_a_label_in_front_is_left_out() -> None:
    assert label_filter(peek("7,0.1,0.2"), 2) == "$[1:]"
    assert label_filter(peek("0.1,0.2"), 2) == "$"
    assert label_filter(peek("0.1,0.2"), 0) == "$"
