"""What the XGBoost library itself writes while it trains, brought into the form of a container's log."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TextIO, cast

from tui.local.algorithms.log_lines import emit
from tui.local.algorithms.xgboost_releases import LogStyle, Release

_PRUNING = re.compile(r"(\[[\d:]+\]) INFO: .*: tree pruning end, (.*)")
_INFORMATION = re.compile(r"\[[\d:]+\] (INFO|DEBUG): ")


@contextlib.contextmanager
def container_output(release: Release) -> Iterator[None]:
    """Put the library's warnings into the job's log, and write its messages as the release did."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        first_line = str(message).strip().splitlines()[0]
        emit(first_line if first_line.startswith("[") else f"WARNING: {first_line}")

    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("always")
        warnings.showwarning = show
        if release.log_style is LogStyle.FIRST:
            stack.enter_context(contextlib.redirect_stdout(cast(TextIO, _FirstRelease(sys.stdout))))
        yield


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
