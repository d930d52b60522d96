"""The embedded SageMaker as a child of the console."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.local.server import run_server
from tests.waiting import turn
from tui.embedded import EmbeddedError, EmbeddedSageMaker, usual_folder
from tui.local.serve import default_data
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.wire import Connection

_DEADLINE_SECONDS = 60


@asynccontextmanager
async def spawned(tmp_path: Path, data: Path | None = None) -> AsyncIterator[EmbeddedSageMaker]:
    """A server that has been started, and is ended with the test."""
    embedded = EmbeddedSageMaker(data or tmp_path / "data", tmp_path / "embedded.log")
    embedded.spawn()
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            yield embedded
    finally:
        embedded.close()
        assert embedded.process is not None
        await asyncio.to_thread(embedded.process.wait, _DEADLINE_SECONDS)


async def caller(connection: Connection) -> str:
    """The account that answers to a connection."""
    gateway = Gateway(Budget())
    await gateway.open(connection)
    try:
        account: str = (await gateway.call("sts", "GetCallerIdentity"))["Account"]
        return account
    finally:
        gateway.close()


def listens(connection: Connection) -> bool:
    assert connection.endpoint_url is not None
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(connection.endpoint_url.rpartition(":")[2]))) == 0


async def test_it_starts_answers_and_ends_with_the_console(tmp_path: Path) -> None:
    async with spawned(tmp_path) as embedded:
        connection = await embedded.connection(read_only=True)
        assert connection.read_only
        assert connection.profile is None
        assert (await caller(connection)).isdecimal()
        embedded.close()
        assert await embedded.ended() == 0
        assert not listens(connection)
        assert not (tmp_path / "data" / "server.json").exists()


async def test_a_killed_server_is_noticed_and_comes_back_with_the_same_keys(tmp_path: Path) -> None:
    async with spawned(tmp_path) as embedded:
        first = await embedded.connection(read_only=False)
        assert embedded.process is not None
        ending = asyncio.create_task(embedded.ended())
        await turn()
        assert not ending.done()
        os.kill(embedded.process.pid, signal.SIGKILL)
        assert await ending == -signal.SIGKILL
        embedded.spawn()
        second = await embedded.connection(read_only=False)
        assert second.access_key_id == first.access_key_id
        assert (await caller(second)).isdecimal()


async def test_a_folder_that_another_one_holds_leads_to_that_one(tmp_path: Path) -> None:
    with run_server(tmp_path / "data") as other:
        async with spawned(tmp_path) as embedded:
            with pytest.raises(EmbeddedError) as caught:
                await embedded.connection(read_only=False)
        assert f"in use by process {other.process.pid} at {other.url}" in str(caught.value)
        assert caught.value.running == Connection(
            None, other.region, other.url, other.access_key, other.secret_key, read_only=False
        )
        assert (await caller(caught.value.running)).isdecimal()


async def test_a_folder_held_by_one_that_has_not_said_where_it_is(tmp_path: Path) -> None:
    with run_server(tmp_path / "data"):
        (tmp_path / "data" / "server.json").unlink()
        async with spawned(tmp_path) as embedded:
            with pytest.raises(EmbeddedError, match="a server that is just starting") as caught:
                await embedded.connection(read_only=False)
        assert caught.value.running is None


async def test_a_folder_that_cannot_be_used_is_said_in_the_servers_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with spawned(tmp_path, tmp_path / "file") as embedded:
        with pytest.raises(EmbeddedError, match=f"Cannot use the data folder {tmp_path / 'file'}") as caught:
            await embedded.connection(read_only=False)
    assert caught.value.running is None


async def test_what_an_earlier_server_said_is_not_taken_for_the_reason(tmp_path: Path) -> None:
    (tmp_path / "embedded.log").write_text("an old complaint\n")
    async with spawned(tmp_path) as embedded:
        assert embedded.process is not None
        embedded.process.kill()
        with pytest.raises(EmbeddedError) as caught:
            await embedded.connection(read_only=False)
    assert str(caught.value) == "The embedded SageMaker ended with exit status -9."


async def test_closing_before_it_is_ready_leaves_nothing_behind(tmp_path: Path) -> None:
    async with spawned(tmp_path) as embedded:
        embedded.close()
        assert embedded.process is not None
        await asyncio.to_thread(embedded.process.wait, _DEADLINE_SECONDS)


def test_closing_what_was_never_started_is_nothing(tmp_path: Path) -> None:
    EmbeddedSageMaker(tmp_path / "data", tmp_path / "log").close()


@pytest.mark.parametrize("share", [None, "", "relative/folder", "/an/absolute/one"])
def test_the_console_and_the_server_mean_the_same_folder(share: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if share is None:
        monkeypatch.delenv("XDG_DATA_HOME")
    else:
        monkeypatch.setenv("XDG_DATA_HOME", share)
    assert usual_folder(os.environ) == default_data()
