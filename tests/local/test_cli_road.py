"""The whole road by the AWS CLI: data, training, tuning, a model, an endpoint, a batch transform, logs and metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local import endpoints, transforms, tuning
from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.server import LocalServer
from tests.local.training import BUCKET, LOG_GROUP, XGBOOST, regression_csv, request, role_arn, wait_for_end
from tests.waiting import until

_ROWS = "0.5,0.25\n0.1,0.9\n"


class Shell:
    """A person's shell with the AWS CLI, in a folder with their files."""

    def __init__(self, server: LocalServer, folder: Path) -> None:
        self._server = server
        self.folder = folder

    def aws(self, command: str, *arguments: str, **request: Any) -> Any:
        """What a command prints, parsed; a request goes in as a JSON file."""
        given = list(arguments)
        if request:
            (self.folder / "request.json").write_text(json.dumps(request))
            given += ["--cli-input-json", f"file://{self.folder}/request.json"]
        printed = aws(self._server, self.folder, *command.split(), *given)
        return json.loads(printed) if printed.startswith(("{", "[")) else printed

    def write(self, name: str, content: str) -> str:
        """A file; answers its path."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return str(path)


@needs_aws_cli
def test_the_whole_road(server: LocalServer, tmp_path: Path) -> None:
    shell = Shell(server, tmp_path)
    artifact = _train(shell, server)
    _tune(shell, server)
    shell.aws(
        "sagemaker create-model",
        *("--model-name", "cli-model", "--execution-role-arn", role_arn()),
        *("--primary-container", f"Image={XGBOOST},ModelDataUrl={artifact}"),
    )
    answered = _serve(shell, server)
    transformed = _transform(shell, server)
    assert [float(line) for line in transformed.split()] == pytest.approx([float(line) for line in answered.split()])
    _look_back(shell, server)


def _train(shell: Shell, server: LocalServer) -> str:
    """Data to S3 and a training job; answers the URI of its artifact."""
    for name, rows in (("train", 200), ("validation", 100)):
        shell.write(f"data/{name}.csv", regression_csv(rows).decode())
    shell.aws(f"s3 mb s3://{BUCKET}")
    shell.aws("s3 cp --recursive", str(shell.folder / "data"), f"s3://{BUCKET}/data/")
    created = shell.aws("sagemaker create-training-job", **request("cli-road", Tags=[{"Key": "by", "Value": "cli"}]))
    assert created["TrainingJobArn"].endswith(":training-job/cli-road")
    wait_for_end(server, "cli-road")  # the CLI's own waiters look every minute or two
    shell.aws("sagemaker wait training-job-completed-or-stopped --training-job-name cli-road")
    job = shell.aws("sagemaker describe-training-job --training-job-name cli-road")
    assert job["TrainingJobStatus"] == "Completed"
    uri = str(job["ModelArtifacts"]["S3ModelArtifacts"])
    shell.aws(f"s3 cp {uri}", str(shell.folder / "model.tar.gz"))
    assert (shell.folder / "model.tar.gz").read_bytes().startswith(b"\x1f\x8b")
    return uri


def _tune(shell: Shell, server: LocalServer) -> None:
    search = tuning.request("cli-search", HyperParameterTuningJobConfig=tuning.config(2, 2))
    shell.aws("sagemaker create-hyper-parameter-tuning-job", **search)
    tuning.wait_for_end(server, "cli-search")
    where = "--hyper-parameter-tuning-job-name cli-search"
    job = shell.aws(f"sagemaker describe-hyper-parameter-tuning-job {where}")
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    children = shell.aws(
        f"sagemaker list-training-jobs-for-hyper-parameter-tuning-job {where} --sort-by FinalObjectiveMetricValue"
    )["TrainingJobSummaries"]
    assert children[0]["TrainingJobName"] == job["BestTrainingJob"]["TrainingJobName"]


def _serve(shell: Shell, server: LocalServer) -> str:
    """An endpoint; answers what it says to the rows."""
    variant = "VariantName=All,ModelName=cli-model,InitialInstanceCount=1,InstanceType=ml.m5.large"
    shell.aws(f"sagemaker create-endpoint-config --endpoint-config-name cli --production-variants {variant}")
    shell.aws("sagemaker create-endpoint --endpoint-name cli --endpoint-config-name cli")
    endpoints.wait_until_settled(server, "cli")
    shell.aws("sagemaker wait endpoint-in-service --endpoint-name cli")
    body, answer = shell.write("rows.csv", _ROWS), shell.folder / "answer.csv"
    invoked = shell.aws(
        "sagemaker-runtime invoke-endpoint --endpoint-name cli --content-type text/csv",
        *("--body", f"fileb://{body}", str(answer)),
    )
    assert invoked["InvokedProductionVariant"] == "All"
    return answer.read_text()


def _transform(shell: Shell, server: LocalServer) -> str:
    """A batch transform of the same rows; answers its output."""
    shell.aws("s3 cp", str(shell.folder / "rows.csv"), f"s3://{BUCKET}/cli/rows.csv")
    job = transforms.request("cli-batch", f"s3://{BUCKET}/cli/rows.csv", ModelName="cli-model")
    shell.aws("sagemaker create-transform-job", **job)
    transforms.wait_for_end_of(server, "cli-batch")
    shell.aws("sagemaker wait transform-job-completed-or-stopped --transform-job-name cli-batch")
    return str(shell.aws(f"s3 cp {transforms.output_path('cli-batch')}/rows.csv.out -"))


def _look_back(shell: Shell, server: LocalServer) -> None:
    """What all this has left in searches, logs and metrics; then the end of the endpoint."""
    expression = json.dumps({"Filters": [{"Name": "Tags.by", "Operator": "Equals", "Value": "cli"}]})
    found = shell.aws("sagemaker search --resource TrainingJob", "--search-expression", expression)
    assert [result["TrainingJob"]["TrainingJobName"] for result in found["Results"]] == ["cli-road"]
    for group, prefix, text in (
        (LOG_GROUP, "cli-road/", "validation-rmse"),
        (transforms.LOG_GROUP, "cli-batch/", "BatchStrategy"),
    ):
        where = f"--log-group-name {group} --log-stream-name-prefix {prefix}"
        assert shell.aws(f"logs filter-log-events {where}", "--filter-pattern", f'"{text}"')["events"]
    until(
        lambda: shell.aws("logs describe-log-streams --log-group-name /aws/sagemaker/Endpoints/cli")["logStreams"],
        "the log of the endpoint",
    )
    metric = "--namespace AWS/SageMaker --metric-name Invocations"
    until(lambda: shell.aws(f"cloudwatch list-metrics {metric}")["Metrics"], "the metric of the invocations")
    shell.aws("sagemaker delete-endpoint --endpoint-name cli")
    endpoints.wait_until_gone(server, "cli")
    shell.aws("sagemaker wait endpoint-deleted --endpoint-name cli")
    shell.aws("sagemaker delete-endpoint-config --endpoint-config-name cli")
    shell.aws("sagemaker delete-model --model-name cli-model")
