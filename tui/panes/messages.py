"""What panes tell the main screen: wishes that concern more than themselves. Those about one subject are beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.resources.endpoints import Endpoint
    from tui.resources.training import TrainingJob
    from tui.resources.transforms import TransformJob
    from tui.resources.tuning import TuningJob


class Wish(Message):
    """Something that takes a form, a question or another pane."""


class WhyWanted(Wish):
    """Say why something failed or was stopped."""

    def __init__(self, row: TrainingJob | TuningJob | TransformJob | Endpoint) -> None:
        super().__init__()
        self.row = row


class CopyWanted(Message):
    """Put a text on the clipboard and say what it was."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = text
        self.what = what
