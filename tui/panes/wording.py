"""How times, sizes and statuses are said on the screen."""

from __future__ import annotations

import time
from datetime import datetime

from tui.resources.jobs import Job
from widgets.cells import Status

_STATUSES = {
    "Completed": ("✓", "status-completed"),
    "Failed": ("✗", "status-failed"),
    "Stopped": ("■", "status-stopped"),
    "Stopping": ("◧", "status-waiting"),
    "InProgress": ("▶", "status-running"),
    "InService": ("●", "status-completed"),
    "Creating": ("▶", "status-running"),
    "Updating": ("▶", "status-running"),
    "SystemUpdating": ("▶", "status-running"),
    "RollingBack": ("◧", "status-waiting"),
    "Deleting": ("◧", "status-waiting"),
    "OutOfService": ("■", "status-stopped"),
    "UpdateRollbackFailed": ("✗", "status-failed"),
}


def status(word: str) -> Status:
    """A status as a glyph and a word, never a colour alone."""
    glyph, token = _STATUSES.get(word, ("○", "status-waiting"))
    return Status(glyph, word, token)


def took(job: Job) -> float:
    """The seconds that a job took, or has been running so far."""
    return time.time() - job.created if job.duration is None else job.duration


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: `42s`, `3m 05s`, `2h 10m`, `3d 4h`."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def moment(seconds: float | None) -> str:
    """A point in time, local: the clock for today, with the date before it otherwise."""
    if seconds is None:
        return ""
    local = datetime.fromtimestamp(seconds).astimezone()
    return local.strftime("%H:%M:%S" if time.time() - seconds < 12 * 3600 else "%Y-%m-%d %H:%M")


def size(count: float) -> str:
    """A number of bytes with its unit, decimal as file managers and S3 count."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 row`, `1,204 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number(value: float) -> str:
    """A metric's value, rounded where SageMaker widens its 32-bit numbers."""
    return f"{value:.6g}"
