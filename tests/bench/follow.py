"""Typing a filter while the log pane follows a stream: `python -m tests.bench.follow`, by hand, a minute and a half.

An embedded SageMaker, a process that puts 2,000 lines a second into one of its streams, and the console's log pane in a
terminal of its own, which follows that stream. Filters are typed there, first while lines come in and then when none
do. A figure is the time from a key to the typed text on the screen. In the end the lines in the view are compared with
those that were sent, by their number and by a hash over all of them in the order of time.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import boto3
from textual.app import App

from tests.bench.harness import markdown
from tests.bench.terminal import PtyProgram
from tests.local.server import LocalServer, run_server
from tests.panes.host import PaneScreen
from themes import STATUS_TOKENS, STYLESHEET, THEMES
from tui.panes.logs import LogsPane
from tui.resources.logs import TRAINING_JOBS, LogSource, Writing, training_log
from tui.service.budget import Budget, Rates
from tui.service.gateway import Gateway
from tui.service.log_reading import LogReading, State
from tui.service.logs import Logs
from tui.service.pace import LOCAL
from tui.service.wire import Connection

RATE, SECONDS = 2000, 30
BATCHES_PER_SECOND = 10
JOB = "bench"
STREAM = f"{JOB}/algo-1-1760000000"
WORDS = ("step 7", "loss 0.5", "step 12", "re:step .*9", "warn", "epoch 1", "needle", "loss 0.9")
"""What is typed as filters, over and over; each of its characters is a key that is timed."""
LEAST_KEYS = 100


class Endless(Logs):
    """Logs of what never ends: there is no job behind the stream."""

    def open(self, source: LogSource, state: State | None = None, **choice: Any) -> LogReading:
        """A reading that goes on as long as one looks."""

        async def running() -> Writing:
            return Writing(running=True)

        return super().open(source, state or running, **choice)


class FollowApp(App[None]):
    """The log pane on the console's screen; when it is ended, it writes down what is in the view."""

    CSS_PATH = STYLESHEET

    def __init__(self, connection: Connection, result: Path) -> None:
        super().__init__()
        self.connection = connection
        self.result = result
        self.gateway = Gateway(Budget(Rates(listing=50, describing=50, logs=50, other=50)))
        self.pane = LogsPane(Endless(self.gateway, LOCAL.logs))
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return STATUS_TOKENS

    async def on_mount(self) -> None:
        await self.gateway.open(self.connection)
        await self.push_screen(PaneScreen(self.pane))
        self.pane.source = training_log(JOB)

    async def action_quit(self) -> None:
        self.result.write_text(json.dumps(summary(line.text for line in self.pane.view._store)))
        self.gateway.close()
        self.exit()


def summary(texts: Iterable[str]) -> tuple[int, str]:
    """How many lines there are, and a hash over them."""
    count, digest = 0, hashlib.sha256()
    for text in texts:
        count += 1
        digest.update(text.encode() + b"\n")
    return count, digest.hexdigest()


def text(number: int) -> str:
    """A line as a training job writes it; no two are the same."""
    return f"INFO epoch {number // 1000} step {number} loss {number % 997 / 997:.6f} lr 0.001 samples/s 4213.7"


def produce(url: str, key: str, secret: str, region: str) -> None:
    """Put lines into the stream at the rate, on time however long a call takes."""
    session: Any = boto3.session.Session()
    client = session.client(
        "logs", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, region_name=region
    )
    size, start = RATE // BATCHES_PER_SECOND, time.time()
    for batch in range(SECONDS * BATCHES_PER_SECOND):
        time.sleep(max(0.0, start + batch / BATCHES_PER_SECOND - time.time()))
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": text(number)} for number in range(batch * size, batch * size + size)]
        client.put_log_events(logGroupName=TRAINING_JOBS, logStreamName=STREAM, logEvents=events)


def type_filters(program: PtyProgram, enough: Callable[[int], bool]) -> list[float]:
    """Type filters and take them back, until there were enough keys; seconds from each key to its text."""
    times: list[float] = []
    while True:
        for word in WORDS:
            program.time_until("&", "&")
            for end in range(1, len(word) + 1):
                times.append(program.time_until(word[end - 1], f"&{word[:end]}"))
                time.sleep(0.05)
            program.press("\x1b")
            time.sleep(0.3)
            if enough(len(times)):
                return times


def main() -> None:
    """Run it and print the table."""
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder) / "data") as server:
        server.client("logs").create_log_group(logGroupName=TRAINING_JOBS)
        server.client("logs").create_log_stream(logGroupName=TRAINING_JOBS, logStreamName=STREAM)
        following, idle, held = _measure(server, Path(folder) / "lines.json")
    rows = []
    for name, times in (("following 2,000 lines/s", following), ("idle", idle)):
        p95 = quantiles(times, n=20)[-1]
        ratio = p95 / quantiles(idle, n=20)[-1]
        cells = (f"{median(times) * 1000:.1f}", f"{p95 * 1000:.1f}", f"{max(times) * 1000:.1f}", f"{ratio:.2f}")
        rows.append([name, *cells, str(len(times))])
    print(markdown(("typing a filter, key to text, ms", "p50", "p95", "max", "p95 / idle", "keys"), rows))  # noqa: T201
    sent = summary(map(text, range(RATE * SECONDS)))
    same = "the same" if held == sent else f"NOT the same as the {sent[0]:,} sent"
    print(f"\n{held[0]:,} lines in the view, {same} by number and hash.")  # noqa: T201


def _measure(server: LocalServer, result: Path) -> tuple[list[float], list[float], tuple[int, str]]:
    reached = [server.url, server.access_key, server.secret_key, server.region]
    module = [sys.executable, "-m", "tests.bench.follow"]
    with PtyProgram([*module, "console", *reached, str(result)]) as program:
        program.wait_for(JOB)
        with subprocess.Popen([*module, "produce", *reached]) as producer:
            program.wait_for("epoch 1 ")
            following = type_filters(program, lambda _: producer.poll() is not None)
        program.wait_for(f"{RATE * SECONDS:,} lines")
        program.settle()
        idle = type_filters(program, lambda keys: keys >= LEAST_KEYS)
        program.settle()
        program.press("\x11")
        program.settle(quiet=5)
    count, digest = json.loads(result.read_text())
    return following, idle, (count, digest)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["console", url, key, secret, region, result]:
            FollowApp(Connection(None, region, url, key, secret), Path(result)).run()
        case ["produce", url, key, secret, region]:
            produce(url, key, secret, region)
        case _:
            main()
