"""Reading logs: of a running job as Live Tail, of many hosts, of an endpoint, from far back and from near."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.journeys.driver import Console, client_of, console, local_config
from tests.local.training import endless, request
from tui.resources.logs import TRAINING_JOBS

ENDPOINT_GROUP = "/aws/sagemaker/Endpoints/prices"


def write(client: Any, group: str, stream: str, *texts: str, age: float = 0.0) -> None:
    """Lines of one moment, which was `age` seconds ago."""
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_stream(logGroupName=group, logStreamName=stream)
    at = int((time.time() - age) * 1000)
    events = [{"timestamp": at, "message": text} for text in texts]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


async def connected(desk: Console) -> Any:
    """A client of the console's logs, once there is a server."""
    await desk.sees("us-east-1", "older", "newer")
    return client_of(desk, "logs")


async def test_live_tail_is_priced_shown_and_ended(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        logs = await connected(desk)
        client_of(desk, "sagemaker").create_training_job(**request("running", **endless()))
        await desk.press("r")
        await desk.sees_match(r"running +▶ InProgress")
        await desk.command("logs training running")
        await desk.sees("Log of running", "train-rmse")
        await desk.press("L")
        await desk.sees("Begin Live Tail?", "n/a on the embedded SageMaker", "1,800 minutes a month", "leaves some out")
        await desk.press("n")
        await desk.sees_no("Begin Live Tail?", "LIVE TAIL")
        await desk.press("L")
        await desk.sees("Begin Live Tail?")
        await desk.press("y")
        await desk.sees_match(r"LIVE TAIL 0:0[1-9]")
        stream = logs.describe_log_streams(logGroupName=TRAINING_JOBS, logStreamNamePrefix="running/")
        name = stream["logStreams"][0]["logStreamName"]
        await desk.press("ampersand")
        await desk.types("from outside")
        await desk.press("enter")
        write(logs, TRAINING_JOBS, name, "once from outside [/x]\x1b[2J")
        await desk.sees("once from outside [/x]")
        write(logs, TRAINING_JOBS, name, *(f"{number} from outside" for number in range(2000)))
        await desk.sees_match(r"LIVE TAIL \d:\d\d · sampled")
        await desk.press("L")
        await desk.sees_no("LIVE TAIL")
        await desk.sees_match(r"2,001 of [\d,]+ lines")
        client_of(desk, "sagemaker").stop_training_job(TrainingJobName="running")
        await desk.sees("· complete")
        await desk.sees_match(r"2,001 of [\d,]+ lines")
        assert "\x1b[2J" not in "".join(desk.written[-50:])


async def test_the_streams_of_many_hosts_are_chosen(used_folder: Path) -> None:
    async with console(local_config(used_folder), (80, 24)) as desk:
        logs = await connected(desk)
        for host in range(1, 9):
            write(logs, TRAINING_JOBS, f"many/algo-{host}-1760000000", f"from host {host}", age=100.0 - host)
        await desk.command("logs many")
        await desk.sees("from host 1", "from host 8", "Log of many", "complete")
        await desk.press("s")
        await desk.sees("8 streams of many", "Last event", "algo-8")
        await desk.press("space", "space", "enter")
        await desk.sees("Log of many · 2 of 8 streams", "from host 8", "from host 7")
        await desk.sees_no("from host 1", "streams of many")
        await desk.press("s")
        await desk.sees("8 streams of many")
        await desk.press("a")
        await desk.sees("from host 1", "from host 8")
        await desk.press("H")
        await desk.sees("algo-1 alone (rank 0), 1 of 8 hosts", "from host 1")
        await desk.sees_no("from host 2")


async def test_the_log_of_an_endpoint_has_variants_and_a_window(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        logs = await connected(desk)
        for instance in ("blue/i-1", "blue/i-2", "green/i-3"):
            write(logs, ENDPOINT_GROUP, instance, f"{instance} two days ago", age=172_800.0)
            write(logs, ENDPOINT_GROUP, instance, f"{instance} two hours ago", age=7200.0)
            write(logs, ENDPOINT_GROUP, instance, f"{instance} now \x1b]0;title\x07[/x]")
        await desk.command("logs endpoint prices")
        await desk.sees("Log of endpoint prices · last 1 d", "blue/i-1 two hours ago", "green/i-3 now [/x]", "6 lines")
        await desk.press("less_than_sign", "less_than_sign")
        await desk.sees("prices · last 1 h", "3 lines")
        await desk.press("greater_than_sign", "greater_than_sign", "greater_than_sign")
        await desk.sees("prices · whole log", "green/i-3 two days ago", "9 lines")
        await desk.press("H", "H")
        await desk.sees("prices · green alone, 1 of 2 variants · whole log", "3 lines")
        assert "\x1b]0;title" not in "".join(desk.written)


async def test_a_log_that_nobody_writes_is_said(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await connected(desk)
        await desk.command("logs notebook nowhere")
        await desk.sees("Log of notebook instance nowhere")
        await desk.command("logs training nothing-of-that-name")
        await desk.sees("There is no training job nothing-of-that-name here, and no log of one: check its name.")
        await desk.command("logs pipeline x")
        await desk.sees("There are no logs of the kind pipeline")
        await desk.press("colon")
        await desk.types("logs not")
        await desk.sees("logs notebook")
