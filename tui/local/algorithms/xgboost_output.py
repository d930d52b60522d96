"""What the XGBoost library itself writes while it trains, brought into the form of a container's log."""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from typing import TextIO, cast

from tui.local.algorithms.xgboost_releases import LogStyle, Release

_PRUNING = re.compile(r"(\[[\d:]+\]) INFO: .*: tree pruning end, (.*)")
_INFORMATION = re.compile(r"\[[\d:]+\] (INFO|DEBUG): ")


def container_output(release: Release) -> AbstractContextManager[object]:
    """While this lasts, the library's own messages look as they did in the release."""
    if release.log_style is not LogStyle.FIRST:
        return nullcontext()
    return redirect_stdout(cast(TextIO, _FirstRelease(sys.stdout)))


class _FirstRelease:
    """A standard output on which today's library talks like that of `xgboost:1`: of each tree, how it was pruned."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._line = ""

    def write(self, text: str) -> int:
        """Take text, and pass on the lines that are complete."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            pruned = _PRUNING.fullmatch(line)
            if pruned:
                self._target.write(
                    f"{pruned[1]} src/tree/updater_prune.cc:74: tree pruning end, 1 roots, {pruned[2]}\n"
                )
            elif not _INFORMATION.match(line):
                self._target.write(f"{line}\n")
        return len(text)

    def flush(self) -> None:
        """Write what is complete at once."""
        self._target.flush()
