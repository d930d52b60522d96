"""WorkerOwner: workers end before what they show is taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

# With a widget as its real base, a class that names this one first would not get the CSS of its other base.
if TYPE_CHECKING:
    from textual.widget import Widget as _Base
else:
    _Base = object


class WorkerOwner(_Base):
    """A widget or screen whose workers tell its children something; to be named before the widget's own class.

    Textual ends the workers of a widget that is removed only after its children are gone. One whose answer arrives
    in between finds none of them, which ends the console: a form was left while a price was asked for.
    """

    async def _message_loop_exit(self) -> None:
        """The last message was taken, of which some may have begun work; now the children are told to go."""
        self.workers.cancel_node(self)
        await super()._message_loop_exit()
