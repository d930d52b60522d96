"""The life of the worker process behind a gateway: chosen connections, losses, and the end of the console."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import UNHURRIED
from tests.service.stub_aws import NO_JOBS, StubAws
from tests.service.virtual_time import elapse, play
from tests.service.worker_processes import alive, children, pid_of
from tests.waiting import DEADLINE_SECONDS, eventually, turn
from tui.service import gateway as gateway_module
from tui.service.budget import Budget
from tui.service.errors import CredentialsMissing, ServiceError, WorkerLost
from tui.service.gateway import Gateway
from tui.service.wire import Connection


@pytest.fixture
async def mortal(aws: StubAws, tmp_path: Path) -> AsyncIterator[Gateway]:
    """An open gateway with a worker of its own, which may be killed."""
    gateway = Gateway(Budget(UNHURRIED), log=tmp_path / "worker.log")
    await gateway.open(aws.connection())
    yield gateway
    gateway.close()


async def test_calls_made_before_the_connection_is_chosen_wait_for_it(aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    gateway = Gateway(Budget(UNHURRIED))
    early = asyncio.create_task(gateway.call("sagemaker", "ListTrainingJobs"))
    await turn()
    assert gateway._process is None
    await gateway.open(aws.connection())
    assert await early == NO_JOBS
    gateway.close()


def test_a_person_may_take_any_time_to_choose_a_connection() -> None:
    async def scenario() -> None:
        gateway = Gateway(Budget(UNHURRIED))
        early = asyncio.create_task(gateway.call("sagemaker", "ListTrainingJobs"))
        await elapse(gateway.timeout * 60)
        assert not early.done()
        gateway.close()
        with pytest.raises(WorkerLost, match="The console is closing"):
            await early

    play(scenario())


async def test_another_connection_is_used_from_then_on(mortal: Gateway, aws: StubAws) -> None:
    assert await mortal.task("region") == "eu-west-1"
    await mortal.open(Connection(None, "us-west-2", aws.url, "AKIDEXAMPLE", "secret"))
    assert await mortal.task("region") == "us-west-2"
    await mortal.open(Connection("nobody", None, None))
    with pytest.raises(CredentialsMissing, match="nobody"):
        await mortal.call("sagemaker", "ListTrainingJobs")


async def test_a_killed_worker_fails_what_was_under_way_and_is_replaced(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    aws.answers["ListModels"] = lambda _: {"Models": []}
    told: list[ServiceError] = []
    mortal.on_worker_lost = told.append
    first = pid_of(mortal)
    calls = [asyncio.create_task(mortal.call("sagemaker", "ListTrainingJobs")) for _ in range(3)]
    await eventually(lambda: len(aws.requests) == 3, "three requests to be under way")
    os.kill(first, signal.SIGKILL)
    failed = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(error) for error in failed} == {WorkerLost}
    assert str(failed[0]) == (
        "The worker process ended unexpectedly (exit status -9). It was started again; repeat what was under way."
    )
    assert await mortal.call("sagemaker", "ListModels") == {"Models": []}
    assert [str(error) for error in told] == [str(failed[0])]
    assert pid_of(mortal) != first
    assert not alive(first)


async def test_a_call_made_while_the_worker_dies_is_answered_or_fails_in_words(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    await mortal.call("sagemaker", "ListTrainingJobs")
    os.kill(pid_of(mortal), signal.SIGKILL)
    outcomes: list[dict[str, Any]] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not outcomes or outcomes[-1] != NO_JOBS:
            try:
                outcomes.append(await mortal.call("sagemaker", "ListTrainingJobs"))
            except WorkerLost as error:
                outcomes.append({"error": str(error)})
    assert len(outcomes) <= 3, outcomes


async def test_a_worker_that_never_works_is_not_started_for_ever(
    aws: StubAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[subprocess.Popen[bytes]] = []

    def spawn_broken(log: Path | None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        spawned.append(process)
        return process

    monkeypatch.setattr(gateway_module, "spawn_worker", spawn_broken)
    gateway = Gateway(Budget(UNHURRIED), log=tmp_path / "worker.log")
    told: list[ServiceError] = []
    gateway.on_worker_lost = told.append
    await gateway.open(aws.connection())
    await eventually(lambda: len(told) == 4, "the gateway to give up")
    assert len(spawned) == 4
    assert str(told[-1]) == (
        "There is no worker process any more. It ended 4 times without an answer (exit status 7). "
        f"Quit and start again; its messages are in {tmp_path / 'worker.log'}."
    )
    with pytest.raises(WorkerLost, match="Quit and start again"):
        await gateway.call("sagemaker", "ListTrainingJobs")
    await gateway.open(aws.connection())  # choosing another profile does not fail either
    gateway.close()


async def test_closing_does_not_wait_for_a_socket_that_hangs(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    hanging = asyncio.create_task(mortal.call("sagemaker", "ListTrainingJobs"))
    await eventually(lambda: aws.requests, "the request to arrive")
    worker = pid_of(mortal)
    begun = time.monotonic()
    mortal.close()
    assert time.monotonic() - begun < mortal.timeout / 2
    assert not alive(worker)
    for call in (hanging, mortal.call("sagemaker", "ListModels")):
        with pytest.raises(WorkerLost, match="The console is closing"):
            await call


_CONSOLE = """
import asyncio, sys
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.wire import Connection

async def main():
    gateway = Gateway(Budget())
    await gateway.open(Connection(None, "eu-west-1", sys.argv[1], "AKIDEXAMPLE", "secret"))
    await gateway.call("sagemaker", "ListTrainingJobs")

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
async def test_a_killed_console_leaves_no_worker_behind(aws: StubAws, number: signal.Signals) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    with subprocess.Popen([sys.executable, "-c", _CONSOLE, aws.url]) as console:  # noqa: ASYNC220
        await eventually(lambda: aws.requests, "the console to ask")
        (worker,) = children(console.pid)
        assert alive(worker)
        console.send_signal(number)
        await eventually(lambda: not alive(worker), "the worker to end")
