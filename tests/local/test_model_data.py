"""Model artifacts on their way from S3 to a container's folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tui.local import model_data
from tui.local.model_data import ModelDataError, fetch_model
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    store = ObjectStore(Store(tmp_path / "store.sqlite"), Settings(tmp_path))
    store.create_bucket("bucket")
    return store


def _archive(*members: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for member in members:
            member.size = 5 if member.isfile() else 0
            archive.addfile(member, io.BytesIO(b"trees"))
    return packed.getvalue()


def _link(name: str, to: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, to
    return member


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_becomes_files(objects: ObjectStore, tmp_path: Path) -> None:
    objects.put("bucket", "a/model.tar.gz", [_archive(tarfile.TarInfo("xgboost-model"), tarfile.TarInfo("code/x.py"))])
    fetch_model(objects, "s3://bucket/a/model.tar.gz", True, tmp_path / "model")
    assert _files(tmp_path / "model") == {"xgboost-model": b"trees", "code/x.py": b"trees"}


@pytest.mark.parametrize("url", ["s3://bucket/job/model/", "s3://bucket/job/model/xgboost-model"])
def test_an_uncompressed_artifact_is_what_lies_under_its_prefix(objects: ObjectStore, tmp_path: Path, url: str) -> None:
    objects.put("bucket", "job/model/xgboost-model", [b"trees"])
    objects.put("bucket", "job/model/", [b""])
    fetch_model(objects, url, False, tmp_path / "model")
    assert _files(tmp_path / "model") == {"xgboost-model": b"trees"}


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("url", ["s3://bucket/nothing", "s3://no-such-bucket/model.tar.gz"])
def test_what_is_not_there_is_told_in_the_services_words(
    objects: ObjectStore, tmp_path: Path, url: str, compressed: bool
) -> None:
    with pytest.raises(ModelDataError) as refused:
        fetch_model(objects, url, compressed, tmp_path / "model")
    assert str(refused.value) == (
        f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that there is an '
        "object located at the URL and that the role passed to CreateModel has permissions to download the object."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not an archive",
        _archive(tarfile.TarInfo("xgboost-model"))[:40],
        _archive(tarfile.TarInfo("../outside")),
        _archive(_link("link", "/etc/passwd")),
    ],
    ids=["empty", "text", "cut off", "path out of the folder", "link out of the folder"],
)
def test_what_is_not_a_good_archive_is_refused(objects: ObjectStore, tmp_path: Path, body: bytes) -> None:
    objects.put("bucket", "model.tar.gz", [body])
    with pytest.raises(ModelDataError, match=r'for container "container_1" .* is a valid tar\.gz archive\.'):
        fetch_model(objects, "s3://bucket/model.tar.gz", True, tmp_path / "model")
    assert not (tmp_path / "outside").exists()


def test_a_key_cannot_lead_out_of_the_folder(objects: ObjectStore, tmp_path: Path) -> None:
    objects.put("bucket", "model/../../outside", [b"x"])
    with pytest.raises(ModelDataError, match="cannot be the path of a file"):
        fetch_model(objects, "s3://bucket/model/", False, tmp_path / "model")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("limit", ["LARGEST_MODEL_BYTES", "LARGEST_MODEL_FILES"])
def test_an_archive_that_would_fill_the_disk(
    objects: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(model_data, limit, {"LARGEST_MODEL_BYTES": 14, "LARGEST_MODEL_FILES": 2}[limit])
    objects.put("bucket", "bomb.tar.gz", [_archive(*(tarfile.TarInfo(name) for name in ("a", "b", "c")))])
    with pytest.raises(ModelDataError, match=r'from URL "s3://bucket/bomb\.tar\.gz" is too large'):
        fetch_model(objects, "s3://bucket/bomb.tar.gz", True, tmp_path / "model")
    assert not (tmp_path / "model" / "c").exists()
