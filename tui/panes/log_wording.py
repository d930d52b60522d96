"""How the pane of logs says what it shows: of what, from whom, how far back."""

from __future__ import annotations

from tui.resources.logs import NOUNS, LogSource, LogStream

FIRST_HOST = "algo-1"
"""The host of a training job whose first process has rank 0."""

_WINDOWS = {900.0: "15 min", 3600.0: "1 h", 6 * 3600.0: "6 h", 86400.0: "1 d"}


def heading(source: LogSource) -> str:
    """Whose log it is; most are those of training jobs, which go without saying."""
    kind = "" if source.kind == "training" else f"{NOUNS[source.kind]} "
    return f"Log of {kind}{source.label}"


def lens_names(source: LogSource, streams: tuple[LogStream, ...]) -> tuple[str, ...]:
    """What one can look at alone: hosts, or the variants of an endpoint."""
    names = {source.lens(stream.host) for stream in streams}
    return tuple(sorted(names, key=lambda name: (len(name), name)))  # algo-2 before algo-10


def lens(source: LogSource, streams: tuple[LogStream, ...], only: frozenset[str], rank_0: bool, ranked: bool) -> str:
    """Which of them are shown, maybe of rank 0 only where lines are `ranked`; empty for all."""
    if not only:
        return ""
    if rank_0:
        return f" · rank 0 on {next(iter(only))} alone"
    names = lens_names(source, streams)
    alone = only & set(names) or (only if not streams else frozenset())
    if len(only) == len(alone) == 1:
        what = "variants" if source.kind == "endpoint" and not source.prefix else "hosts"
        first = " (rank 0)" if source.kind == "training" and only == {FIRST_HOST} and not ranked else ""
        return f" · {next(iter(only))} alone{first}" + (f", 1 of {len(names)} {what}" if len(names) > 1 else "")
    return f" · {len(only)} of {len(streams)} streams"


def window(source: LogSource, seconds: float | None) -> str:
    """How far back it is read; not said of a job that is read from its beginning."""
    if seconds is not None:
        return f" · last {_WINDOWS[seconds]}"
    return "" if source.window is None else " · whole log"


def nothing_in_window(seconds: float) -> str:
    """What stands in place of the lines when there are only older ones."""
    return f"No lines in the last {_WINDOWS[seconds]}.\n\n> looks further back."


def clock(seconds: float) -> str:
    """How long something has been going on: `0:42`, `2:05:09`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
