"""The rules of batch transform: requests, plans, filters, what a failure means."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.transform import jsonpath
from tui.resources.transform_choices import (
    TransformChoice,
    choice_problems,
    clone_request,
    label_filter,
    previews,
    transform_request,
)
from tui.resources.transform_failures import explain_reason, file_failures
from tui.resources.transform_filters import FilterError, filter_problem, filtered, read_filter
from tui.resources.transform_plans import (
    MAX_PAYLOAD_MB,
    MEGABYTE,
    READ,
    InputPeek,
    TransformPlan,
    plan_transform,
    processors,
)
from tui.resources.transforms import FilesDone, TransformJob, TransformJobDetail, relative_names

CHOICE = TransformChoice("job", "model", "s3://bucket/in/test.csv", "s3://bucket/out/job")
JSON_CHOICE = replace(CHOICE, content_type="application/jsonlines", accept="application/jsonlines")


def peek(*lines: str, name: str = "a.csv", **members: Any) -> InputPeek:
    size = sum(len(line) + 1 for line in lines)
    longest = max(map(len, lines), default=0)
    values: dict[str, Any] = {"objects": 1, "total_size": size, "largest": size, "longest_line": longest}
    return InputPeek(first_name=name, lines=lines, compressed=False, **values | members)


@given(
    longest=st.integers(1, 150 * MEGABYTE),
    rows=st.integers(1, 10_000),
    objects=st.integers(1, 50),
    kind=st.sampled_from([*READ["xgboost"], *READ["linear-learner"], "image/jpeg"]),
    instance=st.sampled_from(["ml.m5.large", "ml.m5.24xlarge", "ml.c5.xlarge", "ml.odd.metal"]),
    lines=st.booleans(),
)
def test_a_plan_keeps_every_rule(longest: int, rows: int, objects: int, kind: str, instance: str, lines: bool) -> None:
    size = longest * rows
    seen = InputPeek(objects, size * objects, size, "a", ("1,2", "3,4") if lines else (), False, True, longest)
    plan = plan_transform(seen, kind, instance)
    assert 1 <= plan.max_payload <= MAX_PAYLOAD_MB
    assert plan.max_concurrent >= 1
    assert plan.max_concurrent * plan.max_payload <= MAX_PAYLOAD_MB
    assert (plan.strategy is None) == (plan.split == "None")
    record = size if plan.split == "None" else longest if plan.split == "Line" else 0
    assert record <= plan.max_payload * MEGABYTE or plan.max_payload == MAX_PAYLOAD_MB
    choice = planned(replace(CHOICE, content_type=kind, accept=""), plan, instance)
    assert choice_problems(choice, None) == {}


def planned(choice: TransformChoice, plan: TransformPlan, instance: str) -> TransformChoice:
    return replace(
        choice,
        split=plan.split,
        strategy=plan.strategy or "MultiRecord",
        assemble=plan.assemble,
        max_payload=plan.max_payload,
        max_concurrent=plan.max_concurrent,
        instance_type=instance,
    )


def test_small_records_are_sent_together_and_large_ones_alone() -> None:
    small = plan_transform(peek("1,2", "3,4", total_size=60 * MEGABYTE), "text/csv", "ml.m5.xlarge")
    assert (small.split, small.strategy, small.max_payload, small.max_concurrent) == ("Line", "MultiRecord", 6, 4)
    assert "3 bytes" in small.reason
    large = plan_transform(peek("1", longest_line=10 * MEGABYTE), "text/csv", "ml.m5.xlarge")
    assert (large.strategy, large.max_payload) == ("SingleRecord", 20)
    image = plan_transform(peek(name="a.jpg", largest=9 * MEGABYTE), "image/jpeg", "ml.m5.xlarge")
    assert (image.split, image.strategy, image.assemble, image.max_payload) == ("None", None, "None", 9)
    one = plan_transform(peek("1,2"), "text/csv", "ml.m5.24xlarge")
    assert one.max_concurrent == 1, "one request is not made four at a time"


def test_processors_by_size() -> None:
    assert [processors(f"ml.m5.{size}") for size in ("large", "xlarge", "2xlarge", "24xlarge", "metal")] == [
        2,
        4,
        8,
        96,
        1,
    ]


@pytest.mark.parametrize(
    ("lines", "name", "kind"),
    [
        (("1,2", "3,4"), "a.csv", "text/csv"),
        (('{"features": [1]}', '{"features": [2]}'), "a", "application/jsonlines"),
        (('{"features": [1]}',), "a.jsonl", "application/jsonlines"),
        ((), "a.pbr", "application/x-recordio-protobuf"),
        ((), "a.png", ""),
        (("1",), "a.csv.gz", "text/csv"),
    ],
)
def test_what_input_is(lines: tuple[str, ...], name: str, kind: str) -> None:
    assert peek(*lines, name=name).content_type == kind


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
    assert (first.sent, first.stored, first.problem) == ("0.1,0.2", "7,‹prediction›", "")
    assert (second.sent, second.stored) == ("0.3", "8,‹prediction›")
    (wrong, _) = previews(seen, replace(CHOICE, input_filter="$[5]"))
    assert "place 5, and the record has 3" in wrong.problem
    (record,) = previews(peek('{"id": 1, "features": [2]}'), replace(JSON_CHOICE, input_filter="$.features", join=True))
    assert record.sent == "[2]"
    assert json.loads(record.stored) == {"id": 1, "features": [2], "SageMakerOutput": {"score": "‹prediction›"}}
    assert previews(seen, replace(CHOICE, split="None")) == ()


def test_a_label_in_front_is_left_out() -> None:
    assert label_filter(peek("7,0.1,0.2"), 2) == "$[1:]"
    assert label_filter(peek("0.1,0.2"), 2) == "$"
    assert label_filter(peek("0.1,0.2"), 0) == "$"


_names = st.sampled_from(["a", "b", "features", "x-1"])
_steps = st.one_of(
    _names.map(lambda name: f".{name}"),
    st.lists(_names, min_size=1, max_size=2, unique=True).map(lambda names: f"[{', '.join(map(repr, names))}]"),
    st.lists(
        st.one_of(
            st.integers(-4, 4).map(str),
            st.tuples(st.one_of(st.none(), st.integers(-3, 3)), st.one_of(st.none(), st.integers(-3, 3))).map(
                lambda ends: ":".join("" if end is None else str(end) for end in ends)
            ),
        ),
        min_size=1,
        max_size=3,
    ).map(lambda items: f"[{','.join(items)}]"),
    st.sampled_from([".*", "[*]"]),
)
_values = st.recursive(
    st.integers(0, 9),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=3)),
    max_leaves=8,
)


@given(st.lists(_steps, max_size=3).map(lambda steps: "$" + "".join(steps)), _values)
def test_filters_select_what_the_embedded_sagemaker_selects(text: str, value: Any) -> None:
    expected: Any = FilterError
    with suppress(jsonpath.SelectionError):
        expected = jsonpath.parse(text).select(value)
    found: Any = FilterError
    with suppress(FilterError):
        found = read_filter(text).select(value)
    assert found == expected


@given(st.text("$.[]'*0a:, -?", max_size=12))
def test_what_is_no_filter_for_the_one_is_none_for_the_other(text: str) -> None:
    try:
        jsonpath.parse(text)
    except jsonpath.PathSyntaxError:
        with pytest.raises(FilterError):
            read_filter(text)
    else:
        assert read_filter(text).text == (text or "$")


def test_rows_stay_rows() -> None:
    assert filtered('1,"a,b",3', "$[1:]", "text/csv; charset=utf-8") == '"a,b",3'
    assert filtered("1,2", "$", "text/csv") == "1,2"
    assert filter_problem("$[1:]", "text/csv") == ""
    with pytest.raises(FilterError, match="is not application/json"):
        filtered("1,2", "$.a", "application/json")


LOG = "2020-10-14T04:08:19.163:[sagemaker logs]: "


def test_failures_are_told_by_file() -> None:
    files = file_failures(
        [
            f"{LOG}MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
            f"{LOG}bucket/in/a.csv: Bad HTTP status received from algorithm: 415",
            f"{LOG}bucket/in/a.csv: ",
            f"{LOG}bucket/in/a.csv: could not convert string to float: 'age'",
            f"{LOG}bucket/in/b.csv: Bad HTTP status received from algorithm: 413",
            f"{LOG}bucket/in/c.csv: Failed to parse output from the algorithm as CSV",
            f"{LOG}bucket/in/d.csv: Unable to get response from algorithm",
            f"{LOG}bucket/in/e.csv: Bad HTTP status received from algorithm: 500",
            f"{LOG}bucket/in/f.csv: Something nobody knows",
            "[algo] bucket/in/g.csv: not from a data log",
        ]
    )
    assert [failure.file for failure in files] == [f"bucket/in/{name}.csv" for name in "abcdef"]
    assert files[0].record == "the record with the value 'age'"
    assert "header" in files[0].explanation
    assert "too large" in files[1].explanation
    assert "joining" in files[2].explanation
    assert "in time" in files[3].explanation
    assert "traceback" in files[4].next_step
    assert (files[5].explanation, files[5].lines) == ("", ("Something nobody knows",))


def test_a_reason_that_speaks_for_itself_is_not_explained() -> None:
    assert explain_reason("AlgorithmError: See job logs for more information")[0]
    assert explain_reason("ClientError: No S3 objects found under")[1].startswith("Check the prefix")
    assert explain_reason("InternalServerError") == ("", "")


def test_output_names_are_relative_to_the_folder() -> None:
    keys = ["in/test/a.csv", "in/test/b/c.csv", "in/test/"]
    assert relative_names("in/test/", keys) == {"in/test/a.csv": "a.csv", "in/test/b/c.csv": "b/c.csv"}
    assert relative_names("in/test", keys) == {"in/test/a.csv": "a.csv", "in/test/b/c.csv": "b/c.csv"}
    assert relative_names("in/te", keys) == {"in/test/a.csv": "test/a.csv", "in/test/b/c.csv": "test/b/c.csv"}
    assert relative_names("in/test/a.csv", ["in/test/a.csv"]) == {"in/test/a.csv": "a.csv"}
    assert relative_names("", ["a.csv"]) == {"a.csv": "a.csv"}


def test_values_from_the_service() -> None:
    summary = {
        "TransformJobName": "job",
        "TransformJobArn": "arn",
        "TransformJobStatus": "Failed",
        "CreationTime": 10.0,
        "TransformEndTime": 25.0,
        "FailureReason": "why",
    }
    job = TransformJob.from_summary(summary)
    assert (job.running, job.duration, job.failure_reason) == (False, 15.0, "why")
    description = {
        **summary,
        "ModelName": "model",
        "TransformStartTime": 15.0,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3Uri": "s3://b/in"}}, "CompressionType": "Gzip"},
        "TransformOutput": {"S3OutputPath": "s3://b/out"},
        "DataProcessing": {"JoinSource": "Input"},
    }
    detail = TransformJobDetail.from_description(description)
    assert (detail.billable_seconds, detail.compressed, detail.joined, detail.split) == (10.0, True, True, "None")
    assert str(FilesDone(3, 1200, complete=False)) == "3 of 1,200+"
