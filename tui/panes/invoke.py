"""The pane in which an endpoint is asked: with a row of a data set, or whatever is typed or lies in a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.endpoint_messages import PayloadWanted, RowWanted
from tui.panes.facts import fact
from tui.panes.invoke_keys import KEYS
from tui.panes.invoke_rows import SentRows
from tui.panes.invoke_views import answer_said, refusal_said, shots_said
from tui.panes.log_messages import LogsAtWanted
from tui.panes.pane import Pane
from tui.resources.datasets import DataError
from tui.resources.endpoint_invoking import BODY_LIMIT, Answer, Invocation, Refusal, Shots
from tui.resources.endpoint_judging import TestSet
from tui.resources.endpoint_weights import shares
from tui.resources.endpoints import EndpointDetail
from tui.resources.invoke_settings import InvokeSettings
from tui.resources.logs import endpoint_log
from tui.service.endpoints import Endpoints
from tui.service.errors import ServiceError
from tui.service.invoking import Invoking
from widgets.text import content, end, one_line

_PREVIEW = 400


class InvokePane(Pane):
    """Sends requests to one endpoint; what is sent, and how, is remembered."""

    UNDER = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(
        self, endpoints: Endpoints, invoking: Invoking, detail: EndpointDetail, settings: InvokeSettings
    ) -> None:
        super().__init__(id="invoke")
        self._endpoints = endpoints
        self._invoking = invoking
        self._detail = detail
        self._settings = settings
        self._rows: SentRows | None = None
        self._busy = False
        self._last_variant, self._last_at = "", 0.0
        self._request, self._result = Static(), Static()
        self._page = VerticalScroll(self._request, self._result)

    def compose(self) -> ComposeResult:
        """The title, the request, what came of it."""
        yield from self.compose_title(f"Invoke {self._endpoint}")
        yield self._page

    def on_mount(self) -> None:
        """Say what would be sent."""
        self._page.styles.padding = (0, 1)
        self._draw()

    @property
    def _endpoint(self) -> str:
        return self._detail.endpoint.name

    def focus_first(self) -> None:
        """Keys scroll the page."""
        self._page.focus()

    async def watch_service(self) -> None:
        """Follow the weights: the wanted shares are those of now."""
        async for snapshot in self._endpoints.detail(self._endpoint).watch():
            if snapshot.value is not None:
                self._detail = snapshot.value
                self._draw()

    def use(self, settings: InvokeSettings) -> None:
        """Send this from now on, instead of rows."""
        self._settings, self._rows = settings, None
        self._draw()

    def use_rows(self, name: str, test_set: TestSet) -> None:
        """Send rows of a test set, beginning with the first."""
        self._rows = SentRows(name, test_set, self._invoking.rows(test_set))
        self._settings = replace(self._settings, content_type="text/csv")
        self._draw()
        self.action_step(1)

    def possible_now(  # noqa: PLR0911 - one for each reason
        self, action: str, parameters: tuple[object, ...]
    ) -> bool | str:
        """What would do nothing now is dimmed."""
        match action:
            case "send" | "shoot" | "step" if self._busy:
                return "a request is under way"
            case "send" | "shoot" if not (self._rows or self._settings.payload.strip() or self._settings.file):
                return "there is nothing to send"
            case "step" if self._rows is None:
                return "no data set is chosen"
            case "step" if parameters != (1,) and self._rows and not self._rows.has_before:
                return "this is the first row"
            case "next_variant" if len(self._detail.production) < 2:
                return "there is only one variant"
            case "logs" if not self._last_at:
                return "nothing has been answered yet"
            case "cancel" if not self._busy:
                return "nothing is under way"
        return True

    def action_send(self) -> None:
        """Send the request once."""
        self._work(self._send)

    def action_shoot(self) -> None:
        """Send it many times."""
        self._work(self._shoot)

    def action_step(self, step: int) -> None:
        """Send the next row, or the one before."""
        self._work(self._send_next if step > 0 else self._send_previous)

    def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        self.run_worker(work, group="invoke", exclusive=True)

    def action_edit(self) -> None:
        """Type what is sent, and how."""
        self.post_message(PayloadWanted(self._endpoint))

    def action_rows(self) -> None:
        """Choose a data set."""
        self.post_message(RowWanted(self._endpoint))

    def action_next_variant(self) -> None:
        """Ask the next variant, or whom the weights choose."""
        names = ["", *(variant.name for variant in self._detail.production)]
        place = names.index(self._settings.variant) if self._settings.variant in names else 0
        self._settings = replace(self._settings, variant=names[(place + 1) % len(names)])
        self._draw()

    def action_logs(self) -> None:
        """The log of the moment of the last request."""
        self.post_message(LogsAtWanted(endpoint_log(self._endpoint, self._last_variant), self._last_at))

    def action_cancel(self) -> None:
        """Send no more."""
        self.workers.cancel_group(self, "invoke")

    async def action_leave(self) -> None:
        """Back."""
        await self.run_action("screen.show('endpoints')")

    async def _send_next(self) -> None:
        assert self._rows is not None
        try:
            more = await self._rows.forward()
        except DataError as error:
            self._result.update(content(str(error), "$text-error"))
            return
        if more:
            await self._send()
        else:
            self.notify("That was the last row.", timeout=3)

    async def _send_previous(self) -> None:
        assert self._rows is not None
        self._rows.back()
        await self._send()

    async def _send(self) -> None:
        self._working(True)
        try:
            outcome = await self._invoking.invoke(self._invocation())
        except (ServiceError, OSError) as error:
            self._result.update(content(str(error), "$text-error"))
        else:
            self._last_variant, self._last_at = outcome.variant, outcome.at
            self._result.update(Content("\n").join(self._said(outcome)))
        finally:
            self._working(False)

    async def _shoot(self) -> None:
        self._working(True)
        self._result.update(content("Shooting…", "$text-muted"))
        settings = self._settings
        try:
            shots = await self._invoking.shots(
                [self._invocation()], int(settings.shots), int(settings.at_once), self._show_shots
            )
        except (ServiceError, OSError) as error:
            self._result.update(content(str(error), "$text-error"))
        else:
            self._show_shots(shots)
        finally:
            self._working(False)

    def _show_shots(self, shots: Shots) -> None:
        production = self._detail.production
        wanted = zip([variant.name for variant in production], shares([one.weight for one in production]), strict=True)
        weighted = () if self._settings.variant else tuple(wanted)
        self._result.update(Content("\n").join(shots_said(shots, weighted)))

    def _said(self, outcome: Answer | Refusal) -> list[Content]:
        if isinstance(outcome, Refusal):
            return refusal_said(outcome)
        row, test_set = (self._rows.current, self._rows.test_set) if self._rows else (None, None)
        return answer_said(outcome, len(self._body().strip().splitlines()), row, test_set)

    def _working(self, busy: bool) -> None:
        self._busy = busy
        self._draw()

    def _invocation(self) -> Invocation:
        return self._settings.invocation(self._endpoint, self._body())

    def _body(self) -> bytes:
        """What is sent.

        Raises:
            OSError: The file cannot be read.
        """
        if self._rows:
            return self._rows.text.encode()
        if self._settings.file:
            with Path(self._settings.file).expanduser().open("rb") as file:
                return file.read(BODY_LIMIT + 1)  # more than is sent, so that it is refused with its reason
        return self._settings.payload.encode()

    def _draw(self) -> None:
        settings = self._settings
        accept = f", wants {settings.accept}" if settings.accept else ""
        whom = settings.variant or "whom the weights choose"
        self.title_line.count = "sending…" if self._busy else ""
        lines = [
            fact("To", whom),
            fact("As", f"{settings.content_type}{accept}"),
            fact("Payload", self._payload_said()),
        ]
        preview = self._preview()
        if preview:
            lines.append(fact("", content(preview, "$text-muted")))
        lines.append(fact("Many", f"{settings.shots} requests, {settings.at_once} at once"))
        self._request.update(Content("\n").join([*lines, Content("")]))
        self.refresh_bindings()

    def _payload_said(self) -> str:
        if self._rows:
            return str(self._rows)
        if self._settings.file:
            return f"file {self._settings.file}"
        return "typed" if self._settings.payload.strip() else "none yet: e to type it or name a file, d for a data set"

    def _preview(self) -> str:
        if self._settings.file and not self._rows:
            return ""
        text = ""
        with suppress(OSError):
            text = self._body().decode(errors="replace")
        return end(one_line(text), _PREVIEW)
