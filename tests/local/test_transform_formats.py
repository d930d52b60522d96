"""Records other than lines of CSV, and answers that are joined to their records."""

from __future__ import annotations

import json

import pytest

from tests.local import recordio_messages
from tests.local.server import LocalServer
from tests.local.training import LINEAR, wait_for_end
from tests.local.training import request as training_request
from tests.local.transforms import (
    create_model,
    data_log,
    numbers,
    outputs,
    predictions,
    put,
    rows,
    run,
)

pytestmark = pytest.mark.usefixtures("transform_model")


def test_id_in_prediction_beside_it_out(server: LocalServer) -> None:
    lines = rows(20)
    uri = put(server, "batch/ids.csv", "".join(f'"no, {number}",{line}\n' for number, line in enumerate(lines.split())))
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}

    job = run(server, "ids", uri, Accept="text/csv", DataProcessing=processing)

    assert job["DataProcessing"] == processing
    output = [line.rsplit(",", 1) for line in outputs(server, "ids")["ids.csv.out"].splitlines()]
    assert [name for name, _ in output] == [f'"no, {number}"' for number in range(20)]
    assert [float(value) for _, value in output] == pytest.approx(predictions(server, lines))


def test_linear_learner_answers_json_joined_to_its_records(server: LocalServer) -> None:
    hyperparameters = {"predictor_type": "regressor", "mini_batch_size": "50", "epochs": "2"}
    algorithm = {"TrainingImage": LINEAR, "TrainingInputMode": "File"}
    training = training_request("linear", HyperParameters=hyperparameters, AlgorithmSpecification=algorithm)
    for given in training["InputDataConfig"]:
        given["ContentType"] = "text/csv"
    server.client("sagemaker").create_training_job(**training)
    create_model(server, "linear", wait_for_end(server, "linear")["ModelArtifacts"]["S3ModelArtifacts"], LINEAR)
    uri = put(server, "batch/linear.csv", rows(3))

    run(server, "linear-csv", uri, ModelName="linear")
    scores = [answer["score"] for answer in json.loads(outputs(server, "linear-csv")["linear.csv.out"])["predictions"]]
    assert len(scores) == 3
    for assemble, lines in (("Line", 3), ("None", 0)):
        name = f"linear-{assemble}"
        run(server, name, uri, ModelName="linear", BatchStrategy="SingleRecord", AssembleWith=assemble)
        output = outputs(server, name)["linear.csv.out"]
        assert (output.count("\n"), output.count('{"predictions":')) == (lines, 3)

    features = [[float(value) for value in line.split(",")] for line in rows(3).split()]
    records = [{"id": number, "features": values} for number, values in enumerate(features)]
    uri = put(server, "batch/linear.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    members = {"ContentType": "application/jsonlines", "Accept": "application/jsonlines", "ModelName": "linear"}
    processing = {"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"}
    run(server, "linear-join", uri, **members, DataProcessing=processing)
    joined = [json.loads(line) for line in outputs(server, "linear-join")["linear.jsonl.out"].splitlines()]
    assert joined == [{"id": number, "SageMakerOutput": {"score": score}} for number, score in enumerate(scores)]

    join = {"JoinSource": "Input"}
    uri = put(server, "batch/linear.csv", rows(3))
    job = run(server, "linear-rows", uri, ModelName="linear", Accept="text/csv", DataProcessing=join)
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert data_log(server, "linear-rows")[1].endswith(": Failed to parse output from the algorithm as CSV")


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_recordio(server: LocalServer, strategy: str) -> None:
    lines = rows(5)
    features = [[float(value) for value in line.split(",")] for line in lines.split()]
    uri = put(server, "batch/test.pbr", recordio_messages.records(map(recordio_messages.dense, features)))
    given = {"SplitType": "RecordIO", "ContentType": "application/x-recordio-protobuf"}

    run(server, f"recordio-{strategy}", uri, BatchStrategy=strategy, **given)

    output = outputs(server, f"recordio-{strategy}")["test.pbr.out"]
    assert numbers(output) == pytest.approx(predictions(server, lines))
