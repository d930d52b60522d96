"""A log file in our log view, in toolong and in lnav, each in a terminal of its own; part of `tests.bench.log`.

What is not on PATH (`tl`, `lnav`) is left out and said so.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median, quantiles

from textual.app import App, ComposeResult

from tests.bench.harness import markdown
from tests.bench.terminal import Answer, PtyProgram
from widgets.log_store import LogLine
from widgets.log_view import LogView

PRESSES = 60
UP, DOWN, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A program that shows a log file, and its keys."""

    name: str
    command: Sequence[str]
    lines: tuple[str, str] = (UP, DOWN)
    pages: tuple[str, str] = (PAGE_UP, PAGE_DOWN)


def viewers(file: Path) -> list[Viewer]:
    """Ours first, then what is installed."""
    found = [Viewer("LogView", [sys.executable, "-m", "tests.bench.viewers", str(file)])]
    for name, program in (("toolong", "tl"), ("lnav", "lnav")):
        if path := shutil.which(program):
            keys = {"lines": ("k", "j"), "pages": ("b", " ")} if name == "lnav" else {}
            found.append(Viewer(name, [path, str(file)], **keys))
        else:
            print(f"{name} is left out: there is no `{program}` on PATH.")  # noqa: T201
    return found


def compare(texts: Sequence[str]) -> None:
    """Print how long a key takes to be answered on the screen, in each of the programs."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.log"
        file.write_text("\n".join([*texts, ""]))
        measured = {viewer.name: _measure(viewer) for viewer in viewers(file)}
    for what, part in product(("a line", "a page"), ("frame", "still")):
        label = "its first whole frame" if part == "frame" else "a screen that stands still"
        taken = [[getattr(answer, part) * 1000 for answer in of_viewer[what]] for of_viewer in measured.values()]
        cells = [
            f"{median(times):.1f} / {quantiles(times, n=20)[-1]:.1f} ({median(times) / median(taken[0]):.2g})"
            for times in taken
        ]
        rows.append([f"{len(texts):,}", f"from the key for {what} to {label}, p50 / p95, ms", *cells])
    print(markdown(("lines", "what", *measured), rows))  # noqa: T201


def _measure(viewer: Viewer) -> dict[str, list[Answer]]:
    with PtyProgram(viewer.command) as program:
        program.wait_for("step")
        program.settle()
        result: dict[str, list[Answer]] = {}
        for what, keys in (("a line", viewer.lines), ("a page", viewer.pages)):
            for _ in range(3):
                program.time(keys[0])
            answers = (program.time(keys[press % 2]) for press in range(PRESSES))
            result[what] = [answer for answer in answers if answer]
            program.settle(0.5, 5)
        return result


class FileApp(App[None]):
    """The log view with a file in it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield LogView()

    def on_mount(self) -> None:
        view = self.query_one(LogView)
        view.extend(LogLine(number, "algo-1", text) for number, text in enumerate(self.file.read_text().splitlines()))
        view.focus()


if __name__ == "__main__":
    FileApp(Path(sys.argv[1])).run()
