"""A log that stays instant at any length: one follows it, looks for things in it, marks, copies and saves its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import ClassVar, Literal

from rich.style import Style
from textual.binding import BindingType
from textual.message import Message
from textual.worker import Worker

from widgets.clipboard import copy
from widgets.log_finder import PROGRESS_INTERVAL
from widgets.log_json import laid_out
from widgets.log_keys import VIEW_BINDINGS
from widgets.log_prompt import Prompt
from widgets.log_prompter import LogPrompter
from widgets.log_rows import Mark, Row, shown_line
from widgets.slices import give_way

Which = Literal["visible", "marked", "shown", "all"]
"""Lines on the screen, those marked, those that the filter shows, or every line."""

_OF: dict[Which, str] = {"visible": "visible", "marked": "marked", "shown": "matching", "all": "all"}

LINES_PER_SLICE = 2000
"""Lines written to a file before the keyboard gets its turn."""


class LogView(LogPrompter):
    """Follows a log until the person scrolls up, then says how many lines are new below."""

    BINDINGS: ClassVar[list[BindingType]] = VIEW_BINDINGS

    class Saved(Message):
        """Lines were written to a file, or could not be."""

        def __init__(self, log_view: LogView, path: Path, lines: int, error: str) -> None:
            super().__init__()
            self.log_view = log_view
            self.path = path
            self.lines = lines
            """How many lines are in the file."""
            self.error = error
            """Why that is not all of them; empty when it is."""

        @property
        def control(self) -> LogView:
            """The view that sent this."""
            return self.log_view

    save_name = ""
    """The file that is proposed for saving."""

    _marking: tuple[int, int] | None = None
    """The line where marking began, and the one where it ends now."""
    _saving = ""
    _save_at = 0
    _save_end = 0
    _which: Which = "all"

    def lines_as_text(self, which: Which) -> Iterator[str]:
        """Lines as they are shown, times and hosts included, each with its newline.

        Lines may come in while they are read; those that come in later are not among them.
        """
        self._catch_up()
        if not self._store:
            return
        gutter = self._window.gutter
        if which == "visible":
            first, end = (self._rows[0].number, self._rows[-1].number + 1) if self._rows else (0, 0)
        elif which == "marked":
            first, end = (min(self._marking), max(self._marking) + 1) if self._marking else (0, 0)
        else:
            first, end = 0, len(self._store)
        self._save_at, self._save_end = first, end
        while self._save_at < self._save_end:
            line = self._save_at if which == "all" else self._window.shown.next(self._save_at)
            if line is None or line >= self._save_end:
                return
            self._save_at = line + 1
            yield shown_line(self._store[line], gutter) + "\n"

    def save(self, path: Path, which: Which = "all") -> Worker[None]:
        """Write lines to a new file, and say how far it is and how it went; see `Saved`."""
        return self.run_worker(self._save(path, which), group="log-save", exclusive=True)

    def action_unfold(self) -> None:
        """Lay out the JSON of the line one is at, else of the next one in view that has any; or fold it again."""
        self._catch_up()
        unfolded = self._window.unfolded
        here = self._here()
        candidates = [row for row in self._rows if not row.continued and here is not None and row.number >= here]
        row = next((row for row in candidates if laid_out(row.line.text)), None)
        if row is None:
            self._note = "no JSON here"
        else:
            unfolded.symmetric_difference_update({row.number})
            self.follow = False
        self._paint()

    def action_mark(self) -> None:
        """Begin to mark lines where one is, or stop."""
        self._catch_up()
        here = self._here()
        self._marking = None if self._marking or here is None else (here, here)
        if self._marking:
            self.follow = False
        self.refresh_bindings()
        self._paint()

    def action_copy_lines(self) -> None:
        """Copy the marked lines, or what is selected with the mouse."""
        if self._marking:
            text = "".join(self.lines_as_text("marked"))
            count = text.count("\n")
            what = f"{count:,} line{'s'[: count != 1]}"
        else:
            text = self.screen.get_selected_text() or ""
            what = f"{len(text):,} characters"
            self.screen.clear_selection()
        self._note = f"Copied {what} {copy(self.app, text)}"
        self._marking = None
        self._paint()

    def action_save(self) -> None:
        """Ask for the name of the file, and for which lines if others are meant than seems likely."""
        self._which = self._savable[0]
        self.open_prompt("save", self._save_label, _free_name(self.save_name) if self.save_name else "")

    @property
    def _savable(self) -> tuple[Which, ...]:
        """What there is to save; first what is meant most likely."""
        marked: tuple[Which, ...] = ("marked",) if self._marking else ()
        matching: tuple[Which, ...] = ("shown",) if self._filter else ()
        return (*marked, *matching, "all", "visible")

    @property
    def _save_label(self) -> str:
        return f"Save {_OF[self._which]} lines (Tab: {_OF[self._following]}) to: "

    @property
    def _following(self) -> Which:
        """What Tab asks for."""
        savable = self._savable
        place = savable.index(self._which) if self._which in savable else -1
        return savable[(place + 1) % len(savable)]

    def _turn(self, prompt: Prompt) -> None:
        if prompt.kind == "save":
            self._which = self._following
            prompt.label = self._save_label

    def action_clear_found(self) -> None:
        """Stop marking; else take back the search, then the filter."""
        if self._marking:
            self.action_mark()
        else:
            super().action_clear_found()

    def action_scroll_rows(self, rows: int) -> None:
        """Move by rows; while marking, the end of what is marked."""
        if self._marking is None:
            super().action_scroll_rows(rows)
            return
        self._catch_up()
        line, shown = self._marking[1], self._window.shown
        for _ in range(abs(rows)):
            following = shown.next(line + 1) if rows > 0 else shown.previous(line - 1)
            if following is None:
                break
            line = following
        self._mark_to(line)

    def action_scroll_top(self) -> None:
        """Go to the oldest line, and while marking, mark up to it."""
        if self._marking is None:
            super().action_scroll_top()
        else:
            self._mark_to(self._window.shown.next(0))

    def action_follow(self) -> None:
        """Go to the newest line and stay there; while marking, mark down to it."""
        if self._marking is None:
            super().action_follow()
        else:
            self._mark_to(self._window.shown.previous(len(self._store) - 1))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that have nothing to act on to the program around."""
        match action:
            case "copy_lines":
                return self._marking is not None or (self.is_attached and self.text_selection is not None)
            case "clear_found" if self._marking:
                return True
        return super().check_action(action, parameters)

    def clear(self) -> None:
        """Forget all lines and follow again; search and filter stay."""
        self._marking = None
        self._save_end = 0
        super().clear()

    def _here(self) -> int | None:
        """The line one is at: the last one gone to, or the first on the screen."""
        if not self._rows:
            return None
        if self._current is not None and any(row.number == self._current for row in self._rows):
            return self._current
        return self._rows[0].number

    def _mark_to(self, line: int | None) -> None:
        if self._marking and line is not None:
            self._marking = self._marking[0], line
            self.show_line(line)

    def _answer(self, prompt: Prompt, *, kept: bool) -> None:
        if prompt.kind != "save":
            super()._answer(prompt, kept=kept)
        elif kept and prompt.text.strip():
            self.save(Path(prompt.text.strip()).expanduser().absolute(), self._which)

    async def _save(self, path: Path, which: Which) -> None:
        count, error, painted = 0, "", monotonic()
        try:
            with path.open("x", encoding="utf-8", errors="replace") as file:
                lines = self.lines_as_text(which)
                while piece := list(islice(lines, LINES_PER_SLICE)):
                    file.writelines(piece)
                    count += len(piece)
                    if monotonic() - painted > PROGRESS_INTERVAL:
                        painted = monotonic()
                        self._saving = f"saving {_bar(self._save_at / max(1, self._save_end))}"
                        self._paint()
                    await give_way()
        except FileExistsError:
            error = f"{path} exists already: nothing was saved"
        except OSError as reason:
            error = f"saving to {path} failed: {reason.strerror}"
        finally:
            self._saving = ""
        self._note = error or f"saved {count:,} line{'s'[: count != 1]} to {path}"
        self._paint()
        self.post_message(self.Saved(self, path, count, error))

    def _shift(self, moved: Callable[[int], int]) -> None:
        super()._shift(moved)
        if self._marking:
            self._marking = moved(self._marking[0]), moved(self._marking[1])
        self._save_at, self._save_end = moved(self._save_at), moved(self._save_end)

    def _found_text(self) -> str:
        marked = ""
        if self._marking:
            marked = f"{abs(self._marking[1] - self._marking[0]) + 1:,} lines marked (c copy, X save)"
        return " · ".join(filter(None, (self._saving, marked, super()._found_text())))

    def _marks(self, row: Row) -> list[Mark]:
        marks = list(super()._marks(row))
        if self._marking and min(self._marking) <= row.number <= max(self._marking):
            style = self._style("marked")
            ground = Style(bgcolor=style.bgcolor, bold=style.bold)
            marks.insert(0, (row.offset, row.offset + self.size.width, ground))
        return marks


def _free_name(name: str) -> str:
    """A file name that is not taken: `boston.log`, `boston-2.log`."""
    path = Path(name)
    names = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return str(next(free for free in names if not free.exists()))


def _bar(part: float, width: int = 10) -> str:
    done = round(part * width)
    return f"{'█' * done}{'░' * (width - done)} {part:.0%}"
