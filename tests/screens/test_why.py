"""The page Why while the service is slow, fails or says hostile things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.panes.scripted import detail, job
from tests.screens.terminal import DEADLINE, Terminal, screen_text, until
from themes import STATUS_TOKENS, STYLESHEET, THEMES
from tui.resources.logs import training_log
from tui.resources.tracebacks import LastWords, last_words
from tui.resources.training import TrainingJobDetail
from tui.resources.why import Ending
from tui.resources.why_endings import ending_of_training
from tui.screens.why import WhyScreen
from tui.service.errors import ServiceError, Unreachable
from tui.service.why import Subject

FAILED = job("wine", "Failed")
TRACEBACK = ["Traceback (most recent call last):", '  File "x.py", line 1, in <module>', "ValueError: [/red] odd"]


class Account:
    """Something that failed, its log, and what goes wrong on the way to them."""

    def __init__(self) -> None:
        self.described: TrainingJobDetail | ServiceError = detail(
            FAILED, FailureReason="AlgorithmError: , exit code: 1"
        )
        self.logs: list[tuple[str, list[str]] | ServiceError] = []
        self.hosts_wait = asyncio.Event()
        self.hosts_wait.set()

    @property
    def subject(self) -> Subject:
        return Subject(
            FAILED.name,
            FAILED.arn,
            FAILED.status,
            FAILED.duration,
            training_log(FAILED.name),
            None,
            self._describe,
            self._read,
        )

    async def _describe(self) -> Ending:
        if isinstance(self.described, ServiceError):
            raise self.described
        return ending_of_training(self.described)

    async def _read(self) -> AsyncIterator[LastWords]:
        for host in self.logs:
            if isinstance(host, ServiceError):
                raise host
            yield last_words(*host)
            await self.hosts_wait.wait()


class Host(App[None]):
    CSS_PATH = STYLESHEET

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.driver_class = Terminal
        self.answer: Any = None
        self._subject = subject
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return STATUS_TOKENS

    def on_mount(self) -> None:
        self.push_screen(WhyScreen(self._subject), callback=lambda answer: setattr(self, "answer", answer))


@asynccontextmanager
async def shown(
    account: Account | Subject, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """The page on a screen of that size, for the length of the block."""
    app = Host(account if isinstance(account, Subject) else account.subject)
    async with asyncio.timeout(3 * DEADLINE), app.run_test(size=size, headless=False) as pilot:
        yield app, pilot


async def sees(app: Host, *texts: str) -> None:
    await until(app, lambda: all(text in screen_text(app) for text in texts), f"no {texts} on the screen")


async def test_a_host_whose_log_cannot_be_read_does_not_hide_what_is_known() -> None:
    account = Account()
    account.logs = [("algo-1", TRACEBACK), Unreachable("No answer from CloudWatch Logs")]
    async with shown(account) as (app, pilot):
        await sees(
            app,
            "AlgorithmError: , exit code: 1",
            "Hint: The code in the container failed",
            "Last traceback of algo-1",
            "ValueError: [/red] odd",
            "Not all could be read: No answer from CloudWatch Logs. r asks again.",
        )
        account.logs[1] = ("algo-2", ["[1]#011train-rmse:3", "MemoryError"])
        await pilot.press("r")
        await sees(app, "Last error lines of algo-2", "Hint: It ran out of memory")
        assert "Not all could be read" not in screen_text(app)


async def test_a_job_that_cannot_be_described_says_so_and_is_asked_for_again() -> None:
    account = Account()
    known, account.described = account.described, Unreachable("No answer from SageMaker")
    async with shown(account) as (app, pilot):
        await sees(app, "✗ Failed  wine  after 1m 05s", "No answer from SageMaker. r asks again.")
        account.described = known
        await pilot.press("r")
        await sees(app, "AlgorithmError: , exit code: 1", "No log exists, although its container ran")


async def test_hosts_appear_as_they_are_read() -> None:
    account = Account()
    account.hosts_wait.clear()
    account.logs = [(f"algo-{number}", TRACEBACK) for number in range(1, 6)]
    async with shown(account) as (app, _):
        await sees(app, "Last traceback of algo-1", "Reading the log, 1 host so far …")
        account.hosts_wait.set()
        await sees(app, "Last traceback of algo-1 and 4 hosts more")
        assert "Reading" not in screen_text(app)


async def test_hostile_text_is_text() -> None:
    account = Account()
    account.described = detail(FAILED, FailureReason="[bold]\x1b[31mred\u202e[/x]" + "a" * 900)
    account.logs = [("algo-[1]", ["\x1b]0;title\x07ERROR [/] #011tab" + "b" * 4000])]
    async with shown(account, (80, 24)) as (app, pilot):
        await sees(app, "[bold]red[/x]aaa")
        await pilot.press("g", "G")
        await sees(app, "Timeline")
        assert "\x1b" not in screen_text(app)
        assert "\u202e" not in screen_text(app)


async def test_the_log_is_asked_for_by_l_and_not_by_escape() -> None:
    for key, answer in (("l", True), ("escape", False)):
        async with shown(Account()) as (app, pilot):
            await sees(app, "Reason")
            await pilot.press(key)
            assert app.answer is answer
