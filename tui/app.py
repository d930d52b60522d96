"""The console: opens and closes the service, shows the screens."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from dataclasses import replace
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel

from themes import DARK, STATUS_TOKENS, STYLESHEET, THEMES
from tui.config import Config, profiles
from tui.embedded import EmbeddedError, EmbeddedSageMaker, usual_folder
from tui.screens.main import MainScreen
from tui.service.budget import Budget
from tui.service.errors import ServiceError
from tui.service.pace import LOCAL, Pace
from tui.service.sagemaker import SageMaker
from tui.service.wire import Connection
from widgets.text import clean

LEAVE_SECONDS = 5.0
"""After which the process ends whether or not everything in it has: a person who quits is gone."""


class SagedeckApp(App[None]):
    """One console on one connection."""

    CSS_PATH = STYLESHEET
    TITLE = "sagedeck"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "ask_quit", "Quit", show=False, priority=True, system=True),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True, system=True),
    ]

    def __init__(
        self,
        config: Config,
        worker: subprocess.Popen[bytes] | None = None,
        embedded: EmbeddedSageMaker | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.embedded = embedded
        budget = Budget(config.rates, read_only=config.read_only)
        self.service = SageMaker(budget, folder=config.state_folder, worker=worker, price_file=config.price_file)
        self._interrupted = False
        self._told_of_money = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = config.theme if config.theme in self.available_themes else DARK.name

    def get_default_screen(self) -> MainScreen:
        """The main screen is there from the first moment: no other one is painted before it."""
        return MainScreen(self.service, self.config)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Status colours for themes that have none of their own."""
        return STATUS_TOKENS

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something; whoever says it, it holds text from outside and is never markup."""
        super().notify(clean(message), title=clean(title), severity=severity, timeout=timeout, markup=False)

    def on_mount(self) -> None:
        """Begin to connect; what the main screen asks waits for it."""
        if self.theme != self.config.theme:
            self.notify(f"There is no theme {self.config.theme}.", severity="warning", markup=False)
        self.set_keymap(self.config.keys)
        self.service.gateway.on_worker_lost = self._say_lost
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.leave)
        self.run_worker(self._connect(), name="connect")

    def leave(self) -> None:
        """End the console, with a last resort for the case that something holds it up."""
        self.service.gateway.leaving = True
        self.exit()
        asyncio.get_running_loop().call_later(LEAVE_SECONDS, os._exit, 1)

    def on_unmount(self) -> None:
        """Leave no process behind."""
        self.service.close()
        if self.embedded:
            self.embedded.close()

    def _say_lost(self, error: ServiceError) -> None:
        self.notify(str(error), severity="error", markup=False, timeout=10)

    async def _connect(self) -> None:
        if self.embedded:
            await self._connect_embedded(self.embedded)
        elif self.config.has_aws_settings:
            await self._open_aws(self.config.profile)
        else:
            await self._start("")

    async def _start(self, why: str, running: Connection | None = None) -> None:
        from tui.screens.start import WELCOME, StartScreen  # noqa: PLC0415 - most starts do without

        choices = [("running", "Use the embedded SageMaker that already runs on this data folder")] if running else []
        choices.append(("local", "Start the embedded SageMaker: no AWS account, no cost"))
        choices += [(f"profile {name}", f"AWS profile {name}") for name in profiles(os.environ)]
        choices.append(("quit", "Quit; configure a profile with: aws configure, or aws configure sso"))
        choice = await self.push_screen_wait(StartScreen(why or WELCOME, tuple(choices)))
        if choice == "quit":
            self.leave()
        elif choice == "running" and running:
            await self._open_local(replace(running, read_only=self.config.read_only))
        elif choice == "local":
            self.embedded = EmbeddedSageMaker(
                self.config.data or usual_folder(os.environ), self.config.state_folder / "embedded.log"
            )
            self.embedded.spawn()
            await self._connect_embedded(self.embedded)
        else:
            await self._open_aws(choice.removeprefix("profile "))

    async def _connect_embedded(self, embedded: EmbeddedSageMaker) -> None:
        try:
            connection = await embedded.connection(self.config.read_only)
        except EmbeddedError as error:
            self.embedded = None
            await self._start(str(error), error.running)
            return
        self.run_worker(self._watch_embedded(embedded), name="embedded")
        await self._open_local(connection)

    async def _watch_embedded(self, embedded: EmbeddedSageMaker) -> None:
        """Start the server again when it dies under the console."""
        status = await embedded.ended()
        self.notify(
            f"The embedded SageMaker ended unexpectedly (exit status {status}) and is started again; "
            "jobs that ran have failed, everything else is still there.",
            severity="error",
            markup=False,
            timeout=12,
        )
        embedded.spawn()
        await self._connect_embedded(embedded)

    async def _open_aws(self, profile: str | None) -> None:
        config = self.config
        connection = Connection(profile, config.region, config.endpoint_url, read_only=config.read_only)
        await self._open(connection, profile or "aws", config.pace)

    async def _open_local(self, connection: Connection) -> None:
        await self._open(connection, "local", LOCAL if self.config.pace == Pace() else self.config.pace)

    async def _open(self, connection: Connection, name: str, pace: Pace) -> None:
        await self.service.open(connection, pace)
        main = next(screen for screen in self.screen_stack if isinstance(screen, MainScreen))
        main.header.where = name
        try:
            caller = await self.service.identity.caller()
        except ServiceError as error:
            self.notify(str(error), severity="error", markup=False, timeout=12)
            return
        main.header.where = f"{name} · {caller.account} · {caller.region}"

    def action_command_palette(self) -> None:
        """Show the palette."""
        from widgets.options import Palette  # noqa: PLC0415

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_interrupt(self) -> None:
        """Ctrl-C: a second one leaves."""
        if self._interrupted:
            self.leave()
        self._interrupted = True
        self.notify("Ctrl-C once more leaves the console.", timeout=3)
        self.set_timer(3, self._forget_interrupt)

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def action_ask_quit(self) -> None:
        """Leave; asks first when leaving ends something, and once when endpoints go on to cost money."""
        if not (question := self._last_question()):
            self.leave()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.leave()

        from tui.screens.dialogs import Confirm  # noqa: PLC0415

        self.push_screen(Confirm(*question, "Quit"), answered)

    def _last_question(self) -> tuple[str, str] | None:
        """What to ask a person who leaves, and why; None when nothing speaks against it."""
        from tui.screens.leaving import last_question  # noqa: PLC0415

        main = next((screen for screen in self.screen_stack if isinstance(screen, MainScreen)), None)
        endpoints = main.endpoints if main and not self._told_of_money else ()
        now = self.service.under_way
        endings = [ending for ask in main.endings if (ending := ask())] if main else []
        embedded = self.embedded is not None
        question = last_question(now.jobs, now.canaries, now.watched, endings, endpoints, embedded=embedded)
        self._told_of_money |= question is not None and self.embedded is None
        return question


def run(config: Config, worker: subprocess.Popen[bytes], embedded: EmbeddedSageMaker | None) -> int:
    """Run the console to its end; the exit status of the process."""
    app = SagedeckApp(config, worker, embedded)
    app.run()
    return app.return_code or 0
