"""Walking through S3 and moving files about, against the embedded SageMaker and by way of a real worker."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.local.server import LocalServer
from tests.service.conftest import UNHURRIED
from tests.service.link import Link, link_to
from tests.waiting import eventually
from tui.resources.datasets import ConnectionBroke, DataError, UploadProgress
from tui.resources.s3_objects import S3Entry, S3Place, place_named
from tui.service.budget import Budget
from tui.service.errors import ReadOnly, WorkerLost
from tui.service.gateway import Gateway
from tui.service.s3 import S3Files
from tui.service.wire import Connection

PART = 8 << 20


@asynccontextmanager
async def opened(server: LocalServer, folder: Path, url: str = "", **budget: Any) -> AsyncIterator[S3Files]:
    """A gateway with a worker of its own."""
    gateway = Gateway(Budget(UNHURRIED, **budget))
    await gateway.open(
        Connection(
            None, server.region, url or server.url, server.access_key, server.secret_key, budget.get("read_only", False)
        )
    )
    try:
        yield S3Files(gateway, folder / "transfers")
    finally:
        gateway.close()


@pytest.fixture
def bucket(server: LocalServer, request: pytest.FixtureRequest) -> str:
    """A bucket of this test's own."""
    name = "test-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    server.client("s3").create_bucket(Bucket=name)
    return name


def put(server: LocalServer, bucket: str, **objects: bytes) -> None:
    for name, body in objects.items():
        server.client("s3").put_object(Bucket=bucket, Key=name.replace("__", "/"), Body=body)


def body_of(server: LocalServer, bucket: str, key: str) -> bytes:
    body: bytes = server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def objects(server: LocalServer, bucket: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return found


def keys(server: LocalServer, bucket: str) -> list[str]:
    return [found["Key"] for found in objects(server, bucket)]


def large_file(folder: Path, parts: int) -> Path:
    path = folder / "large.bin"
    path.write_bytes(random.Random(parts).randbytes((parts - 1) * PART + 1000))
    return path


async def test_buckets_prefixes_and_objects_are_walked_through(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, a=b"12", data__x=b"123", data__deep__y=b"1234", data__=b"")
    async with opened(server, tmp_path) as files:
        buckets = await files.list(S3Place())
        assert bucket in {entry.name for entry in buckets.entries}
        top = await files.list(S3Place(bucket))
        assert [(entry.name, entry.kind, entry.size) for entry in top.entries] == [
            ("data", "prefix", 0),
            ("a", "object", 2),
        ]
        assert (top.more, top.foreign) == ("", False)
        data = S3Place(bucket).into(top.entries[0])
        assert str(data) == f"s3://{bucket}/data/"
        assert [entry.name for entry in (await files.list(data)).entries] == ["deep", "x"]
        extent = await files.measure(bucket, "data/")
        assert (extent.objects, extent.size) == (3, 7)


async def test_a_place_knows_its_way_up_and_down() -> None:
    place = S3Place("bucket", "a/b/")
    assert (place.name, place.above, place.above.above) == ("b", S3Place("bucket", "a/"), S3Place("bucket"))
    assert S3Place("bucket").above == S3Place().above == S3Place()
    assert place.key(S3Entry("c", "prefix")) == "a/b/c/"
    assert place_named(" s3://bucket/a/b.csv ") == S3Place("bucket", "a/b.csv")
    with pytest.raises(DataError, match="not written as s3://bucket/key"):
        place_named("bucket/a")


async def test_what_is_not_there_or_not_supported_is_said(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    put(server, bucket, a=b"1")
    async with opened(server, tmp_path) as files:
        with pytest.raises(DataError, match="the bucket does not exist"):
            await files.list(S3Place("no-such-bucket-anywhere"))
        with pytest.raises(DataError, match="this S3 does not have that"):
            await files.versions(bucket, "a")


async def test_files_and_folders_go_up_and_come_back_the_same(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    source = tmp_path / "source"
    (source / "inner [x]").mkdir(parents=True)
    for number in range(30):
        (source / "inner [x]" / f"{number} ü.csv").write_bytes(b"1,2\n" * number)
    (source / "empty").write_bytes(b"")
    large = large_file(tmp_path, 2)
    place = S3Place(bucket, "up/")
    async with opened(server, tmp_path) as files:
        plan = await files.plan_upload([str(source), str(large)], place)
        assert (plan.files, plan.taken) == (32, ())
        done = await files.upload([str(source), str(large)], place)
        assert (done.files, done.size, done.kept) == (32, plan.size, 0)
        (tmp_path / "back").mkdir()
        fetched = await files.download(place, ["source/", "large.bin"], tmp_path / "back")
        assert (fetched.files, fetched.kept, fetched.unchecked) == (32, 0, 0)
    assert (tmp_path / "back" / "large.bin").read_bytes() == large.read_bytes()
    there = {path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    back = tmp_path / "back" / "source"
    assert {path.relative_to(back): path.read_bytes() for path in back.rglob("*") if path.is_file()} == there
    assert not list((tmp_path / "back").rglob("*.part"))


async def test_what_is_there_already_is_not_sent_and_something_else_is_not_replaced_unasked(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    source, place = tmp_path / "source", S3Place(bucket)
    source.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (source / name).write_bytes(name.encode() * 50_000)
    large = large_file(tmp_path, 3)
    paths = [str(source), str(large)]
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            await files.upload(paths, place)
            assert (await files.plan_upload(paths, place)).taken == ()
            link.count_anew()
            again = await files.upload(paths, place)
            assert (again.files, again.kept) == (4, again.size)
            assert link.sent < 50_000
            (source / "b.csv").write_bytes(b"b.CSV" * 50_000)
            large.write_bytes(b"new" + large.read_bytes()[3:])
            assert (await files.plan_upload(paths, place)).taken == ("source/b.csv", "large.bin")
            await files.upload(paths, place)
    assert body_of(server, bucket, "source/b.csv") == b"b.CSV" * 50_000
    assert body_of(server, bucket, "large.bin") == large.read_bytes()


async def test_a_download_leaves_files_alone_that_are_something_else(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, data__a=b"one", data__b=b"two")
    target, place = tmp_path / "target", S3Place(bucket)
    async with opened(server, tmp_path) as files:
        await files.download(place, ["data/"], target)
        os.utime(target / "data" / "a")
        assert (await files.plan_download(place, ["data/"], target)).taken == (), "the same, at another time"
        (target / "data" / "b").write_bytes(b"TWO")
        assert (await files.plan_download(place, ["data/"], target)).taken == (str(target / "data" / "b"),)
        with pytest.raises(DataError, match="it is there already"):
            await files.download(place, ["data/"], target)
        assert (target / "data" / "b").read_bytes() == b"TWO"
        put(server, bucket, data__b=b"TWO")
        done = await files.download(place, ["data/"], target)
    assert (done.files, done.kept) == (2, 6)


@pytest.mark.parametrize("seed", range(3))
async def test_an_upload_of_a_folder_that_is_killed_goes_on_without_what_had_arrived(
    server: LocalServer, tmp_path: Path, bucket: str, seed: int
) -> None:
    chance, folder = random.Random(seed), tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    for number in range(200):
        (folder / "deep" / f"{number}.csv").write_bytes(chance.randbytes(50_000))
    large_file(folder, 4)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    place = S3Place(bucket)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(folder)], place))
            await sent(link, chance.uniform(0.05, 0.9) * size)
            process = files._gateway._process
            assert process is not None
            process.kill()
            with pytest.raises(WorkerLost):
                await uploading
            arrived = sum(found["Size"] for found in objects(server, bucket)) + arrived_bytes(server, bucket)
            link.count_anew()
            done = await files.upload([str(folder)], place)
    assert done.kept >= arrived > 0, "what was on its way may have arrived after the kill"
    assert link.sent < size - done.kept + 300_000, "only what was missing, and the requests around it"
    for path in (path for path in folder.rglob("*") if path.is_file()):
        key = path.relative_to(tmp_path).as_posix()
        assert body_of(server, bucket, key) == path.read_bytes()
    assert list((tmp_path / "transfers").iterdir()) == []


@pytest.mark.parametrize("seed", range(3))
async def test_an_upload_whose_worker_is_killed_goes_on_without_what_had_arrived(
    server: LocalServer, tmp_path: Path, bucket: str, seed: int
) -> None:
    path = large_file(tmp_path, 12)
    place = S3Place(bucket)
    moment = random.Random(seed).uniform(0.05, 0.8)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], place))
            await sent(link, moment * path.stat().st_size)
            process = files._gateway._process
            assert process is not None
            process.kill()
            with pytest.raises(WorkerLost):
                await uploading
            arrived = arrived_bytes(server, bucket)
            link.count_anew()
            done = await files.upload([str(path)], place)
            again = link.sent
    size = path.stat().st_size
    assert done.kept >= arrived, "a part that was on its way may have arrived after the kill"
    assert again < size - done.kept + 200_000, "only what was missing, and the requests around it"
    head = server.client("s3").head_object(Bucket=bucket, Key="large.bin")
    assert head["ETag"].strip('"') == etag(path)
    assert body_of(server, bucket, "large.bin") == path.read_bytes()
    assert list((tmp_path / "transfers").iterdir()) == []


async def test_an_upload_goes_on_in_another_console_and_at_another_address(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    path = large_file(tmp_path, 8)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], S3Place(bucket)))
            await sent(link, 5 * PART)
            link.break_off()
            with pytest.raises(ConnectionBroke):
                await uploading
    arrived = arrived_bytes(server, bucket)
    async with opened(server, tmp_path) as later:
        done = await later.upload([str(path)], S3Place(bucket))
    assert done.kept >= arrived > 0
    assert body_of(server, bucket, "large.bin") == path.read_bytes()


async def test_an_upload_goes_on_after_a_break_in_the_connection(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    path = large_file(tmp_path, 8)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], S3Place(bucket)))
            await sent(link, 6 * PART)
            link.break_off()
            with pytest.raises(ConnectionBroke):
                await uploading
            link.mend()
            arrived = arrived_bytes(server, bucket)
            done = await files.upload([str(path)], S3Place(bucket))
    assert done.kept >= arrived > 0
    assert body_of(server, bucket, "large.bin") == path.read_bytes()


async def test_a_file_that_changed_since_the_break_is_sent_as_it_is_now(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    path = large_file(tmp_path, 6)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], S3Place(bucket)))
            await sent(link, 3 * PART)
            link.break_off()
            with pytest.raises(ConnectionBroke):
                await uploading
            link.mend()
            path.write_bytes(b"new" + path.read_bytes()[3:])
            await files.upload([str(path)], S3Place(bucket))
    assert body_of(server, bucket, "large.bin") == path.read_bytes()


async def test_a_cancelled_upload_leaves_nothing_behind(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    path = large_file(tmp_path, 8)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], S3Place(bucket)))
            await sent(link, 2 * PART)
            uploading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await uploading
            s3 = server.client("s3")
            await eventually(
                lambda: s3.list_multipart_uploads(Bucket=bucket).get("Uploads"),
                "the upload to be given up",
                holds=lambda left: not left,
            )
            assert keys(server, bucket) == []


async def test_a_download_goes_on_after_a_break(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    body = random.Random(1).randbytes(30 << 20)
    put(server, bucket, big=body)
    target = tmp_path / "target"
    target.mkdir()
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            downloading = asyncio.create_task(files.download(S3Place(bucket), ["big"], target))
            await eventually(
                lambda: [path.stat().st_size for path in target.glob(".*.part")],
                "a megabyte",
                holds=lambda sizes: max(sizes, default=0) > 1 << 20,
            )
            link.break_off()
            with pytest.raises(ConnectionBroke):
                await downloading
            link.mend()
            done = await files.download(S3Place(bucket), ["big"], target)
    assert done.kept >= 1 << 20
    assert (target / "big").read_bytes() == body
    assert [path.name for path in target.iterdir()] == ["big"]


async def test_a_download_of_a_folder_goes_on_after_a_break(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    chance, target = random.Random(7), tmp_path / "target"
    bodies = {f"data/{number}": chance.randbytes(600_000) for number in range(40)}
    put(server, bucket, **{key.replace("/", "__"): body for key, body in bodies.items()})
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            downloading = asyncio.create_task(files.download(S3Place(bucket), ["data/"], target))
            await eventually(
                lambda: len(list(target.glob("data/[0-9]*"))), "five files", holds=lambda count: count >= 5
            )
            link.break_off()
            with pytest.raises(ConnectionBroke):
                await downloading
            link.mend()
            arrived = sum(path.stat().st_size for path in target.glob("data/[0-9]*"))
            assert (await files.plan_download(S3Place(bucket), ["data/"], target)).taken == ()
            done = await files.download(S3Place(bucket), ["data/"], target)
    assert (done.files, done.unchecked) == (40, 0)
    assert done.kept >= arrived
    assert {f"data/{path.name}": path.read_bytes() for path in (target / "data").iterdir()} == bodies


async def test_progress_tells_how_many_files_are_there_whole(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    for number in range(3):
        (tmp_path / f"{number}.csv").write_bytes(b"1,2\n")
    told: list[UploadProgress] = []
    place = S3Place(bucket)
    async with opened(server, tmp_path) as files:
        await files.upload([str(tmp_path / f"{number}.csv") for number in range(3)], place, told.append)
        await files.copy(place, ["0.csv", "1.csv"], S3Place(bucket, "copy/"), told.append)
        await files.download(place, ["copy/"], tmp_path, told.append)
        await files.delete(place, ["copy/", "2.csv"], told.append)
    assert [(last.files_done, last.files) for last in told if last.files_done == last.files] == [
        *((3, 3), (2, 2), (2, 2), (3, 3))
    ]


async def test_objects_are_copied_moved_and_deleted(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    put(server, bucket, a=b"1", data__x=b"2", data__deep__y=b"3")
    place = S3Place(bucket)
    async with opened(server, tmp_path) as files:
        await files.copy(place, ["a"], S3Place(bucket, "b"))
        await files.copy(place, ["data/"], S3Place(bucket, "copy/"), move=True)
        assert keys(server, bucket) == ["a", "b", "copy/data/deep/y", "copy/data/x"]
        assert (await files.plan_copy(place, ["a"], S3Place(bucket, "b"))).taken == (), "it is the same already"
        assert (await files.plan_copy(S3Place(bucket, "copy/data/"), ["x"], S3Place(bucket, "b"))).taken == ("b",)
        with pytest.raises(DataError, match="that is where it is already"):
            await files.copy(place, ["a"], S3Place(bucket, "a"))
        with pytest.raises(DataError, match="several objects need a prefix"):
            await files.copy(place, ["a", "b"], S3Place(bucket, "c"))
        deleted = await files.delete(S3Place(bucket, "copy/"), ["data/"])
        assert (deleted.files, keys(server, bucket)) == (2, ["a", "b"])
        await files.delete(place, ["a", "b"])
        assert keys(server, bucket) == []
        commands = [logged.command for logged in files._gateway.budget.mutations]
    assert commands[1] == f"aws s3 mv --recursive s3://{bucket}/data/ s3://{bucket}/copy/"
    assert commands[-1] == f"aws s3 rm --recursive s3://{bucket}/b"


async def test_a_read_only_console_looks_and_fetches_and_changes_nothing(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, a=b"1")
    place = S3Place(bucket)
    async with opened(server, tmp_path, read_only=True) as files:
        await files.download(place, ["a"], tmp_path)
        for attempt in (
            files.delete(place, ["a"]),
            files.copy(place, ["a"], S3Place(bucket, "b")),
            files.upload([str(tmp_path / "a")], S3Place(bucket, "up/")),
        ):
            with pytest.raises(ReadOnly):
                await attempt
    assert keys(server, bucket) == ["a"]


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a//b", "x/../../y"])
async def test_a_key_cannot_lead_out_of_the_folder(server: LocalServer, tmp_path: Path, bucket: str, key: str) -> None:
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1")
    async with opened(server, tmp_path) as files:
        with pytest.raises(DataError, match="leads out of the folder"):
            await files.download(S3Place(bucket), [key], tmp_path / "inner")


async def sent(link: Link, count: float) -> None:
    """Wait until clients have sent so many bytes."""
    await asyncio.to_thread(link.wait_until_sent, count)


def arrived_bytes(server: LocalServer, bucket: str) -> int:
    """Bytes of the parts that S3 has of the only upload under way."""
    s3 = server.client("s3")
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    total = 0
    for upload in uploads:
        parts = s3.list_parts(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]).get("Parts", ())
        total += sum(part["Size"] for part in parts)
    return total


def etag(path: Path) -> str:
    body = path.read_bytes()
    sums = [hashlib.md5(body[at : at + PART]).digest() for at in range(0, len(body), PART)]
    return f"{hashlib.md5(b''.join(sums)).hexdigest()}-{len(sums)}"
