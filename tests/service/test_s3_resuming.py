"""Uploads and downloads that are broken off, and go on without what had arrived."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.local.server import LocalServer
from tests.service.link import link_to
from tests.service.s3_files import PART, arrived_bytes, body_of, etag, keys, large_file, objects, opened, put, sent
from tests.waiting import eventually
from tui.resources.datasets import ConnectionBroke, UploadProgress
from tui.resources.s3_objects import S3Place
from tui.service.errors import WorkerLost
from tui.service.wire import Cancel


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


async def test_an_upload_that_ends_with_the_console_goes_on_in_the_next_one(
    server: LocalServer, tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large_file(tmp_path, 12)
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            uploading = asyncio.create_task(files.upload([str(path)], S3Place(bucket)))
            await sent(link, 6 * PART)
            said: list[object] = []
            monkeypatch.setattr(files._gateway, "_send_if_possible", said.append)
            files._gateway.leaving = True
            uploading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await uploading
            assert not [message for message in said if isinstance(message, Cancel)], "it would be taken back"
    arrived = sum(found["Size"] for found in objects(server, bucket)) + arrived_bytes(server, bucket)
    async with opened(server, tmp_path) as later:
        done = await later.upload([str(path)], S3Place(bucket))
    assert done.kept >= arrived > 0
    assert body_of(server, bucket, "large.bin") == path.read_bytes()


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
