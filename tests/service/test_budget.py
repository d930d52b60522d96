"""Token buckets, the read-only rule held against botocore's models, and command lines for the AWS CLI."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from typing import Any

import botocore
import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.stub_aws import StubAws
from tests.service.virtual_time import now, play
from tui.service.budget import Budget, Rates, TokenBucket, cli_line, is_read
from tui.service.errors import ReadOnly

SERVICES = ("sagemaker", "logs", "s3", "cloudwatch", "sts", "iam", "sagemaker-runtime", "pricing", "service-quotas")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(2.0, 3.0, clock := Clock())
    assert [bucket.reserve() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    clock.now += 1.0  # which pays for the two that are owed
    assert bucket.reserve() == 0.5


def test_a_bucket_saves_no_more_than_its_burst() -> None:
    bucket = TokenBucket(10.0, 2.0, clock := Clock())
    clock.now += 3600
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0.1]


@settings(deadline=None)
@given(st.floats(0.1, 50), st.floats(1, 100), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_window_of_time_admits_more_than_burst_and_rate(rate: float, burst: float, pauses: list[float]) -> None:
    bucket = TokenBucket(rate, burst, clock := Clock())
    admitted = []
    for pause in pauses:
        clock.now += pause
        admitted.append(clock.now + bucket.reserve())
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            assert last - first + 1 <= burst + rate * (admitted[last] - admitted[first]) + 1 + 1e-6


def admitted_at(budget: Budget, *calls: tuple[str, str]) -> list[float]:
    """When each of some calls made at once may be sent, in seconds."""

    async def one(service: str, operation: str) -> float:
        await budget.admit(service, operation)
        return now()

    async def all_at_once() -> list[float]:
        return list(await asyncio.gather(*(one(*call) for call in calls)))

    return play(all_at_once())


def budget_of(rates: Rates) -> Budget:
    """A budget by the clock of the loop it is used in."""
    return Budget(rates, clock=now)


@pytest.mark.parametrize(
    ("service", "operation", "rate"),
    [
        ("sagemaker", "ListTrainingJobs", 1),
        ("sagemaker", "Search", 1),
        ("sagemaker", "DescribeTrainingJob", 4),
        ("sagemaker", "StopTrainingJob", 8),
        ("logs", "GetLogEvents", 2),
        ("logs", "DescribeLogStreams", 2),
    ],
)
def test_each_kind_of_operation_has_its_rate(service: str, operation: str, rate: int) -> None:
    budget = budget_of(Rates(listing=1, describing=4, logs=2, other=8))
    burst = max(2, rate * 2)
    times = admitted_at(budget, *[(service, operation)] * (burst + 3))
    assert times == pytest.approx([0.0] * burst + [n / rate for n in (1, 2, 3)])


def test_operations_do_not_wait_for_one_another() -> None:
    busy = [("sagemaker", "ListTrainingJobs")] * 10
    assert admitted_at(budget_of(Rates()), *busy, ("sagemaker", "ListModels"))[-1] == 0.0


def test_what_is_cancelled_while_it_waits_costs_nothing() -> None:
    async def hurry() -> float:
        budget = budget_of(Rates(describing=1.0))
        for _ in range(50):  # down through a list with the key held
            describing = asyncio.create_task(budget.admit("sagemaker", "DescribeTrainingJob"))
            await asyncio.sleep(0)
            describing.cancel()
            await asyncio.wait([describing])
        before = now()
        await budget.admit("sagemaker", "DescribeTrainingJob")
        return now() - before

    assert play(hurry()) == pytest.approx(1.0)


def test_calls_per_second_are_those_of_the_last_minute() -> None:
    budget = Budget(clock=(clock := Clock()))
    for _ in range(30):
        play(budget.admit("sagemaker", "StopTrainingJob"))
        clock.now += 1
    assert budget.calls_per_second() == 0.5
    clock.now += 45
    assert budget.calls_per_second() == 0.25
    clock.now += 60
    assert budget.calls_per_second() == 0.0


def test_a_read_only_budget_refuses_at_once_and_says_what_to_do() -> None:
    async def refused() -> None:
        await Budget(read_only=True).admit("sagemaker", "StopTrainingJob")

    with pytest.raises(ReadOnly) as caught:
        play(refused())
    assert str(caught.value) == (
        "StopTrainingJob was not sent. This console is read-only. Start it without --read-only to change things."
    )
    assert caught.value.operation == "StopTrainingJob"


@cache
def operations() -> tuple[tuple[str, str], ...]:
    session = botocore.session.Session()
    return tuple(
        (service, operation) for service in SERVICES for operation in session.get_service_model(service).operation_names
    )


def test_only_operations_that_read_count_as_reading() -> None:
    admitted = {operation for _, operation in operations() if is_read(operation)}
    verbs = {re.match("[A-Z][a-z]+", operation)[0] for operation in admitted}  # type: ignore[index]
    assert verbs == {"Describe", "List", "Get", "Head", "Batch", "Search", "Filter", "Start"}
    assert {operation for operation in admitted if operation.startswith("Batch")} == {"BatchDescribeModelPackage"}
    assert {operation for operation in admitted if operation.startswith("Search")} == {"Search"}
    assert {operation for operation in admitted if operation.startswith("Start")} == {"StartLiveTail"}


@pytest.mark.parametrize(
    "verb",
    [
        "Create",
        "Update",
        "Delete",
        "Put",
        "Stop",
        "Start(?!LiveTail)",
        "Add",
        "Remove",
        "Invoke",
        "Assume",
        "Attach",
        "Register",
        "Copy",
        "Upload",
        "Complete",
        "Abort",
        "Restore",
        "Set",
        "Tag",
        "Untag",
        "Associate",
        "Retry",
        "Send",
        "Import",
    ],
)
def test_no_operation_that_changes_anything_counts_as_reading(verb: str) -> None:
    begun_so = [operation for _, operation in operations() if re.match(verb, operation)]
    assert begun_so
    assert not [operation for operation in begun_so if is_read(operation)]


@given(st.text())
def test_an_unknown_name_counts_as_a_write(name: str) -> None:
    known = ("Describe", "List", "Get", "Head", "Batch", "Search", "FilterLogEvents")
    assert is_read(name) <= name.startswith(known)


def test_a_name_that_only_begins_like_a_reading_one_counts_as_a_write() -> None:
    assert not any(map(is_read, ("Listen", "Gettysburg", "Heading", "describeThing", "Search2", "GET", "")))


def test_names_are_spelled_as_the_cli_spells_them() -> None:
    session = botocore.session.Session()
    wrong = {}
    for service, operation in operations():
        if service == "cloudwatch":  # "OTel" is an exception that botocore knows and the console does not use
            continue
        shape = session.get_service_model(service).operation_model(operation).input_shape
        for name in (operation, *(shape.members if shape else ())):
            words = shlex.split(cli_line(service, name, {name: "x"}))
            spelled = botocore.xform_name(name, "-")
            if words[2:] != [spelled, f"--{spelled}", "x"] and "***" not in words:
                wrong[name] = words
    assert wrong == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(alphabet="abcXYZ'\"$` \\é"), children),
    max_leaves=10,
)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text(alphabet="abcXYZ'\"$` \\\n"), JSON) | st.lists(JSON))
def test_a_shell_gives_every_value_back(value: Any) -> None:
    line = cli_line("sagemaker", "CreateTrainingJob", {"HyperParameters": value})
    words = shlex.split(line)
    assert words[:4] == ["aws", "sagemaker", "create-training-job", "--hyper-parameters"]
    assert json.loads(words[4]) == value
    assert len(words) == 5


@given(st.text())
def test_a_shell_gives_every_text_back(text: str) -> None:
    assert shlex.split(cli_line("sagemaker", "StopTrainingJob", {"TrainingJobName": text}))[4] == text


REQUEST: dict[str, Any] = {
    "TrainingJobName": "boston-1",
    "HyperParameters": {"objective": "reg:squarederror", "note": 'it\'s "quoted" $HOME `x` \\ é'},
    "AlgorithmSpecification": {
        "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/x:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::123456789012:role/service-role/R",
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/my data/train"}},
            "ContentType": "text/csv",
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://b/output"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "Tags": [{"Key": "sagedeck:dataset", "Value": "boston"}],
    "EnableNetworkIsolation": True,
    "EnableManagedSpotTraining": False,
}


def run_in_shell(line: str, aws: StubAws) -> None:
    """What a person does with a line of the call log."""
    settings = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    script = f'aws() {{ "{sys.executable}" -m awscli "$@"; }}; {line}'
    done = subprocess.run(["sh", "-c", script], env=os.environ | settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_aws_cli_sends_what_the_line_says(aws: StubAws) -> None:
    aws.answers["CreateTrainingJob"] = lambda _: {"TrainingJobArn": "arn"}
    run_in_shell(cli_line("sagemaker", "CreateTrainingJob", REQUEST), aws)
    assert aws.asked("CreateTrainingJob") == [REQUEST]


def test_the_aws_cli_knows_the_lines_for_s3(aws: StubAws) -> None:
    aws.answers["PUT /bucket"] = lambda _: ""
    configuration = {"LocationConstraint": "eu-west-1"}
    run_in_shell(cli_line("s3", "CreateBucket", {"Bucket": "bucket", "CreateBucketConfiguration": configuration}), aws)
    assert b"<LocationConstraint>eu-west-1" in aws.asked("PUT /bucket")[0]["Body"]


def test_secrets_are_left_out_wherever_they_stand() -> None:
    secrets = {
        "Environment": {"AWS_SECRET_ACCESS_KEY": "s1", "HF_TOKEN": "s2", "WANDB_API_KEY": "s3", "db_password": "s4"},
        "ClientRequestToken": "s5",
        "HyperParameters": {"private-key": "s6", "eta": "0.1", "tokenizer": "t5"},
        "Containers": [{"Environment": {"Passwd": "s7", "apikey": "s8"}, "Image": "image"}],
        "Credentials": {"User": "s9", "Parts": ["s10"]},
    }
    line = cli_line("sagemaker", "CreateModel", secrets)
    assert not re.findall(r"s\d+", line)
    assert line.count("***") == 10
    assert '"eta": "0.1", "tokenizer": "t5"' in line
    assert '"Image": "image"' in line


def test_the_call_log_keeps_the_newest() -> None:
    budget = Budget()
    for number in range(600):
        budget.record(f"aws {number}", "done")
    assert [call.command for call in budget.mutations] == [f"aws {number}" for number in range(100, 600)]
