"""The parts of a running job: its channels as files, its archive, its metrics."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.local.training import channel, request
from tui.local.jobs.artifacts import upload_artifacts, write_archive
from tui.local.jobs.channels import prepare_hosts
from tui.local.jobs.metrics import MetricParser
from tui.local.jobs.states import JobFailed
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    store = ObjectStore(Store(tmp_path / "store.sqlite"), Settings(tmp_path))
    store.create_bucket("bucket")
    return store


def _put(objects: ObjectStore, tmp_path: Path, *keys: str, body: bytes = b"1,2\n") -> None:
    file = tmp_path / "body"
    file.write_bytes(body)
    for key in keys:
        objects.put_file("bucket", key, file)


def _prepared(
    objects: ObjectStore, tmp_path: Path, uri: str, hosts: int = 1, source: dict[str, Any] | None = None, **members: Any
) -> list[Path]:
    """The folders of the channel `train` after the hosts are prepared."""
    train = channel("train", uri, **{"CompressionType": "None", "RecordWrapperType": "None"} | members)
    train["DataSource"]["S3DataSource"] |= {"S3DataDistributionType": "FullyReplicated"} | (source or {})
    roots = [tmp_path / "job" / f"algo-{number}" for number in range(1, hosts + 1)]
    prepare_hosts(roots, request("job", InputDataConfig=[train]), objects, lambda: None)
    return [root / "input/data/train" for root in roots]


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("uri", "files"),
    [
        ("s3://bucket/data/train", ["a.csv", "deep/b.csv"]),
        ("s3://bucket/data/train/", ["a.csv", "deep/b.csv"]),
        ("s3://bucket/data/tr", ["train/a.csv", "train/deep/b.csv"]),
        ("s3://bucket/data/train/a.csv", ["a.csv"]),
        ("s3://bucket", ["data/train/a.csv", "data/train/deep/b.csv"]),
    ],
)
def test_a_prefix_becomes_a_folder(objects: ObjectStore, tmp_path: Path, uri: str, files: list[str]) -> None:
    _put(objects, tmp_path, "data/train/a.csv", "data/train/deep/b.csv", "data/train/")
    assert _files(_prepared(objects, tmp_path, uri)[0]) == files


def test_the_configuration_files_follow_the_container_contract(objects: ObjectStore, tmp_path: Path) -> None:
    _put(objects, tmp_path, "train/a.csv")
    folders = _prepared(objects, tmp_path, "s3://bucket/train", hosts=2)
    config = folders[1].parents[1] / "config"

    resources = json.loads((config / "resourceconfig.json").read_text())
    assert (resources["current_host"], resources["hosts"]) == ("algo-2", ["algo-1", "algo-2"])
    assert json.loads((config / "hyperparameters.json").read_text())["num_round"] == "5"
    assert json.loads((config / "inputdataconfig.json").read_text()) == {
        "train": {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            "ContentType": "csv",
        }
    }


def test_sharded_objects_are_dealt_out_and_replicated_ones_are_not(objects: ObjectStore, tmp_path: Path) -> None:
    _put(objects, tmp_path, "p/0", "p/1", "p/2")
    sharded = _prepared(
        objects, tmp_path / "s", "s3://bucket/p", hosts=2, source={"S3DataDistributionType": "ShardedByS3Key"}
    )
    assert [_files(folder) for folder in sharded] == [["0", "2"], ["1"]]
    replicated = _prepared(objects, tmp_path / "r", "s3://bucket/p", hosts=2)
    assert [_files(folder) for folder in replicated] == [["0", "1", "2"]] * 2


def test_a_manifest_names_the_files(objects: ObjectStore, tmp_path: Path) -> None:
    _put(objects, tmp_path, "d/a", "d/x/b", "d/c")
    _put(objects, tmp_path, "manifest", body=b'[{"prefix": "s3://bucket/d/"}, "a", "x/b"]')
    folder = _prepared(objects, tmp_path, "s3://bucket/manifest", source={"S3DataType": "ManifestFile"})[0]
    assert _files(folder) == ["a", "x/b"]


def test_gzip_is_unpacked(objects: ObjectStore, tmp_path: Path) -> None:
    _put(objects, tmp_path, "z/a.csv", body=gzip.compress(b"1,2\n"))
    folder = _prepared(objects, tmp_path, "s3://bucket/z", CompressionType="Gzip")[0]
    assert (folder / "a.csv").read_bytes() == b"1,2\n"


@pytest.mark.parametrize(
    ("uri", "source", "words"),
    [
        ("s3://nowhere/x", {}, 'No S3 objects found under S3 URL "s3://nowhere/x"'),
        ("s3://bucket/absent", {}, 'No S3 objects found under S3 URL "s3://bucket/absent"'),
        ("s3://bucket/climb", {}, "cannot be the path of a file"),
        ("s3://bucket/both", {}, 'Could not download "s3://bucket/both'),
        ("s3://bucket/climb/../up", {"S3DataType": "ManifestFile"}, "is not a JSON list"),
    ],
)
def test_data_that_cannot_be_laid_out_fails_the_job(
    objects: ObjectStore, tmp_path: Path, uri: str, source: dict[str, str], words: str
) -> None:
    _put(objects, tmp_path, "climb/../up", "both/a", "both/a/b")
    with pytest.raises(JobFailed, match=r"^ClientError: Data download failed:") as failed:
        _prepared(objects, tmp_path, uri, source=source)
    assert words in str(failed.value)
    assert not (tmp_path / "job/algo-1/input/data/up").exists()


def test_equal_folders_give_equal_archives(tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / f"folder-{number}"
        (folder / "deep").mkdir(parents=True)
        for name in ("b", "a", "deep/c")[:: 1 - 2 * number]:
            (folder / name).write_text(name)
        write_archive(folder, tmp_path / f"{number}.tar.gz")
    assert (tmp_path / "0.tar.gz").read_bytes() == (tmp_path / "1.tar.gz").read_bytes()


def test_an_upload_that_cannot_be_written_fails_the_job(objects: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    output = {"S3OutputPath": "s3://deleted-meanwhile/output", "CompressionType": "GZIP"}
    with pytest.raises(JobFailed, match=r"^ClientError: Artifact upload failed:.* s3://deleted-meanwhile/output"):
        upload_artifacts(tmp_path, "job", request("job", OutputDataConfig=output), objects)


def test_extra_output_is_uploaded_beside_the_model(objects: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "output/data").mkdir(parents=True)
    (tmp_path / "output/data/report.txt").write_text("fine")
    output = {"S3OutputPath": "s3://bucket/output", "CompressionType": "GZIP"}
    uri = upload_artifacts(tmp_path, "job", request("job", OutputDataConfig=output), objects)
    assert uri == "s3://bucket/output/job/output/model.tar.gz"
    assert [info.key for info in objects.list("bucket")] == [
        "output/job/output/model.tar.gz",
        "output/job/output/output.tar.gz",
    ]


def test_metrics_are_finite_32_bit_numbers_found_anywhere_in_a_line() -> None:
    parser = MetricParser(
        [{"Name": "loss", "Regex": r"loss=(\S+)"}, {"Name": "rmse", "Regex": r".*#011rmse:([0-9.]+).*"}]
    )
    assert [(s.metric, s.value) for s in parser.samples(1.0, "[0]#011rmse:0.1 loss=2.5")] == [
        ("loss", 2.5),
        ("rmse", 0.10000000149011612),
    ]
    for text in ("loss=nan", "loss=inf", "loss=1e99", "loss=much", "nothing"):
        assert parser.samples(1.0, text) == []
