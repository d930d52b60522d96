"""The wish that a training job stops, set by SIGTERM and obeyed between two rounds."""

from __future__ import annotations


class StopRequest:
    """Whether somebody asked for the training to stop."""

    def __init__(self) -> None:
        self._requested = False

    def __bool__(self) -> bool:
        return self._requested

    def request(self) -> None:
        """Ask; safe to call from a signal handler."""
        self._requested = True
