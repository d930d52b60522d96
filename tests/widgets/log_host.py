"""A small program with nothing but a log view, and how tests look at it."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from tests.waiting import eventually
from widgets.log_store import LogLine
from widgets.log_view import LogView

START = 1_764_000_000_000  # 2025-11-24T16:00:00Z


class CountingLogView(LogView):
    """A log view that remembers which rows each of its repaints wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[list[int]] = []

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> CountingLogView:
        if regions:
            self.painted.append([region.y for region in regions])
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class LogApp(App[None]):
    CSS = "LogView { height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.view = CountingLogView()
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_log_view_follow_changed(self, event: LogView.FollowChanged) -> None:
        assert event.control is self.view
        self.heard.append("follow" if event.following else "let go")

    def on_log_view_history_wanted(self, event: LogView.HistoryWanted) -> None:
        assert event.control is self.view
        self.heard.append("history")


def lines(start: int, stop: int, host: str = "algo-1") -> list[LogLine]:
    return [LogLine(START + 1000 * number, host, f"line {number}") for number in range(start, stop)]


def texts(*all_texts: str, step_ms: int = 1000) -> list[LogLine]:
    return [LogLine(START + step_ms * number, "algo-1", text) for number, text in enumerate(all_texts)]


def screen(widget: Widget) -> list[str]:
    """What stands on the widget's rows, without the scroll bar."""
    return [widget.render_line(y).text.rstrip("▐ ") for y in range(widget.size.height)]


def thumb(widget: Widget) -> list[int]:
    return [y for y in range(widget.size.height) if widget.render_line(y).text.endswith("▐")]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def reads(view: LogView, row: int, text: str) -> None:
    """Wait until a row of the view is this text, which may take some slices of work."""
    await eventually(lambda: screen(view), f"row {row} to read {text!r}", holds=lambda rows: rows[row] == text)


async def says(view: LogView, row: int, text: str) -> None:
    """Wait until this text stands in a row of the view."""
    await eventually(lambda: screen(view), f"{text!r} in row {row}", holds=lambda rows: text in rows[row])


async def finds(view: LogView, *texts: str) -> None:
    """Wait until these texts are marked as the match that was gone to."""
    await eventually(lambda: styled(view, "log-view--current"), "the match", holds=lambda found: found == [*texts])


def styled(widget: Widget, component: str) -> list[str]:
    """The texts on the screen that stand on the ground of a component class."""
    ground = widget.get_component_rich_style(component).bgcolor
    rows = (widget.render_line(y) for y in range(widget.size.height))
    return [segment.text for row in rows for segment in row if segment.style and segment.style.bgcolor == ground]
