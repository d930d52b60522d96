"""Uploading data sets to S3 and finding them again; moto stands for S3, over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvDialect
from tui.resources.datasets import (
    ConnectionBroke,
    DataError,
    SplitPlan,
    UnreadableDataset,
    UploadedDataset,
    UploadProgress,
    default_bucket,
)
from tui.service.worker import s3_meter
from tui.service.worker.context import Cancelled
from tui.service.worker.splitting import split_csv
from tui.service.worker.uploading import list_datasets, upload_dataset

PLAN = SplitPlan("houses", CsvDialect(), ("row", "y"), "y", "regression", ("row",))


def client(moto: str) -> Any:
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=moto,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


@pytest.fixture
def s3(moto: str) -> Any:
    return client(moto)


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    name: str = request.node.name.replace("_", "-")[:60].strip("-")
    s3.create_bucket(Bucket=name)
    return name


def data_set(folder: Path, digits: int = 1) -> str:
    """A split data set of 100 rows whose label has so many digits behind its point."""
    source = folder / "source.csv"
    source.write_text("row,y\n" + "".join(f"{n},{n}.{'1' * digits}\n" for n in range(100)))
    return split_csv(ScriptedContext(), str(source), PLAN, str(folder / PLAN.name)).folder


def test_an_upload_is_found_again_as_it_was(tmp_path: Path, s3: Any, bucket: str) -> None:
    context = ScriptedContext({"s3": s3})
    uploaded = upload_dataset(context, data_set(tmp_path), bucket, "datasets/houses", state=str(tmp_path / "state"))
    assert list_datasets(context, bucket) == (uploaded,)
    assert uploaded.manifest.rows == {"train": 70, "validation": 15, "test": 15}
    for path in uploaded.manifest.files:
        body = s3.get_object(Bucket=bucket, Key=f"datasets/houses/{path}")["Body"].read()
        assert body == (tmp_path / "houses" / path).read_bytes()
    assert uploaded.uri("train") == f"s3://{bucket}/datasets/houses/train/train.csv"


def test_large_files_go_in_parts_with_progress(tmp_path: Path, s3: Any, bucket: str) -> None:
    context = ScriptedContext({"s3": s3})
    uploaded = upload_dataset(
        context, data_set(tmp_path, digits=130_000), bucket, "datasets/houses/", state=str(tmp_path / "state")
    )
    etag = s3.head_object(Bucket=bucket, Key="datasets/houses/train/train.csv")["ETag"]
    assert etag.strip('"').endswith("-2")
    last = context.reports[-1]
    assert isinstance(last, UploadProgress)
    assert last.done_bytes == last.total_bytes > uploaded.manifest.size
    assert (last.remaining_seconds, last.file) == (0, "manifest.json")


def test_reports_come_at_most_five_times_a_second(
    tmp_path: Path, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0

    class Clock:
        @staticmethod
        def monotonic() -> float:
            nonlocal now
            now += 0.05
            return now

    monkeypatch.setattr(s3_meter, "time", Clock)
    context = ScriptedContext({"s3": s3})
    upload_dataset(context, data_set(tmp_path), bucket, "datasets/houses", state=str(tmp_path / "state"))
    reports = [report for report in context.reports if isinstance(report, UploadProgress)]
    assert 1 <= len(reports) <= now / 0.2 + 1


def test_a_cancelled_upload_leaves_no_manifest_and_no_parts(tmp_path: Path, s3: Any, bucket: str) -> None:
    folder = data_set(tmp_path, digits=130_000)
    upload_dataset(ScriptedContext({"s3": s3}), folder, bucket, "datasets/houses", state=str(tmp_path / "state"))
    context = ScriptedContext({"s3": s3}, cancel_at=6)
    with pytest.raises(Cancelled):
        upload_dataset(context, folder, bucket, "datasets/houses", state=str(tmp_path / "state"))
    assert list_datasets(ScriptedContext({"s3": s3}), bucket) == ()
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_after_a_break_only_the_missing_files_are_sent(
    tmp_path: Path, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_set(tmp_path, digits=130_000)
    honest, sent = s3.put_object, list[str]()

    def put(*, Key: str, **named: Any) -> Any:  # noqa: N803
        sent.append(Key)
        if Key.endswith("test-labels.csv") and sent.count(Key) == 1:
            raise EndpointConnectionError(endpoint_url="s3")
        return honest(Key=Key, **named)

    monkeypatch.setattr(s3, "put_object", put)
    with pytest.raises(ConnectionBroke):
        upload_dataset(ScriptedContext({"s3": s3}), folder, bucket, "datasets/houses", state=str(tmp_path / "state"))
    begun = len(sent)
    assert list_datasets(ScriptedContext({"s3": s3}), bucket) == ()
    context = ScriptedContext({"s3": s3})
    uploaded = upload_dataset(context, folder, bucket, "datasets/houses", state=str(tmp_path / "state"))
    assert sent[begun:] == [f"datasets/houses/{name}" for name in ("test/test-labels.csv", "manifest.json")]
    last = context.reports[-1]
    assert isinstance(last, UploadProgress)
    assert (last.files_done, last.files) == (5, 5)
    labels = uploaded.manifest.files["test/test-labels.csv"].size
    assert last.kept_bytes == uploaded.manifest.size - labels
    assert list_datasets(context, bucket) == (uploaded,)


def test_a_bucket_is_made_only_when_asked_for(tmp_path: Path, s3: Any) -> None:
    context = ScriptedContext({"s3": s3})
    name = default_bucket("us-east-1", "123456789012")
    folder = data_set(tmp_path)
    with pytest.raises(DataError, match=r"the bucket does not exist\. Create it, or choose another\."):
        upload_dataset(context, folder, name, "datasets/houses", state=str(tmp_path / "state"))
    upload_dataset(context, folder, name, "datasets/houses", state=str(tmp_path / "state"), create_bucket=True)
    assert [entry.manifest.name for entry in list_datasets(context, name) if isinstance(entry, UploadedDataset)] == [
        "houses"
    ]


def test_a_missing_bucket_has_no_data_sets(s3: Any) -> None:
    assert list_datasets(ScriptedContext({"s3": s3}), "no-such-bucket") == ()


def test_foreign_and_broken_manifests_are_told_and_do_not_disturb(tmp_path: Path, s3: Any, bucket: str) -> None:
    context = ScriptedContext({"s3": s3})
    good = upload_dataset(context, data_set(tmp_path), bucket, "datasets/houses", state=str(tmp_path / "state"))
    s3.put_object(Bucket=bucket, Key="datasets/broken/manifest.json", Body=b"{")
    s3.put_object(Bucket=bucket, Key="datasets/foreign/manifest.json", Body=json.dumps({"format": "x"}).encode())
    s3.put_object(Bucket=bucket, Key="datasets/unfinished/train/train.csv", Body=b"1,2\n")
    s3.put_object(Bucket=bucket, Key="datasets/readme.txt", Body=b"hello")
    assert list_datasets(context, bucket) == (
        good,
        UnreadableDataset(f"s3://{bucket}/datasets/broken/manifest.json", "it is not a data set's manifest"),
        UnreadableDataset(f"s3://{bucket}/datasets/foreign/manifest.json", "it was not written by sagedeck"),
    )


def test_several_data_sets_are_listed_newest_first(tmp_path: Path, s3: Any, bucket: str) -> None:
    context = ScriptedContext({"s3": s3})
    uploaded = upload_dataset(context, data_set(tmp_path), bucket, "datasets/houses", state=str(tmp_path / "state"))
    for name, created in (("old", "2020-01-01T00:00:00+00:00"), ("new", "2099-01-01T00:00:00+00:00")):
        body = replace(uploaded.manifest, name=name, created=created).to_json().encode()
        s3.put_object(Bucket=bucket, Key=f"datasets/{name}/manifest.json", Body=body)
    names = [entry.manifest.name for entry in list_datasets(context, bucket) if isinstance(entry, UploadedDataset)]
    assert names == ["new", "houses", "old"]


def test_what_did_not_arrive_whole_is_found_out(
    tmp_path: Path, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_set(tmp_path)
    honest = s3.put_object

    def put_another(*, Body: bytes, ContentMD5: str, **named: Any) -> Any:  # noqa: N803
        return honest(Body=Body.replace(b"1", b"2"), **named)

    monkeypatch.setattr(s3, "put_object", put_another)
    with pytest.raises(DataError, match="what arrived is not what was sent"):
        upload_dataset(ScriptedContext({"s3": s3}), folder, bucket, "datasets/houses", state=str(tmp_path / "state"))


def test_a_folder_that_is_no_data_set_is_refused(tmp_path: Path, s3: Any) -> None:
    context, state = ScriptedContext({"s3": s3}), str(tmp_path / "state")
    with pytest.raises(DataError, match="it has no manifest"):
        upload_dataset(context, str(tmp_path), "bucket", "datasets/x", state=state)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(DataError, match="its manifest cannot be used"):
        upload_dataset(context, str(tmp_path), "bucket", "datasets/x", state=state)


def test_a_server_that_is_gone_is_said(tmp_path: Path) -> None:
    context = ScriptedContext({"s3": client("http://127.0.0.1:9")})
    with pytest.raises(DataError, match="the connection failed"):
        upload_dataset(context, data_set(tmp_path), "bucket", "datasets/x", state=str(tmp_path / "state"))
    with pytest.raises(DataError, match="Cannot list s3://bucket/datasets/"):
        list_datasets(context, "bucket")
