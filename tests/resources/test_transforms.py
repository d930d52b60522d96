"""Transform jobs as values, and what their failures mean."""

from __future__ import annotations

from tui.resources.transform_failures import explain_reason, file_failures
from tui.resources.transforms import FilesDone, TransformJob, TransformJobDetail, relative_names

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
    assert (detail.compressed, detail.joined, detail.split) == (True, True, "None")
    assert detail.billed_seconds(now=99.0) == 10.0, "it has ended"
    description |= {"TransformEndTime": None, "TransformJobStatus": "InProgress"}
    assert TransformJobDetail.from_description(description).billed_seconds(now=99.0) == 84.0
    waiting = TransformJobDetail.from_description(description | {"TransformStartTime": None})
    assert waiting.billed_seconds(now=99.0) is None
    assert str(FilesDone(3, 1200, complete=False)) == "3 of 1,200+"
