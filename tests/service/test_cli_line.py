"""Command lines for the AWS CLI, held against a shell and the CLI itself."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import Any

import botocore
import botocore.session
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.aws_operations import operations
from tests.service.stub_aws import StubAws
from tui.service.budget import cli_line


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


@settings(max_examples=30)
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
