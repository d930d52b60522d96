"""How the hosts of a distributed training job work together, over the loopback interface.

The hosts meet through a folder they share: each leaves a note that says whether it takes part, and the first of those
who do opens the tracker of XGBoost's collective and leaves its address there. Linear Learner uses the same collective
for its sums, so that both algorithms are distributed in the same way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from xgboost import collective
from xgboost.core import XGBoostError
from xgboost.tracker import RabitTracker

from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError

MEETING_SECONDS = 120.0
"""How long a host waits for the others; they start together, but may read their data at different speeds."""


LOST_HOST = "The connection to the other hosts was lost during the training: one of them ended."
"""Why a host fails when another one dies."""


class Collective:
    """The hosts that train together, seen from one of them. Alone, every operation answers its own argument."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank = rank
        self.size = size

    @property
    def is_master(self) -> bool:
        """Whether this host is the one that logs the evaluation and saves the model."""
        return self.rank == 0

    def sum(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The element-wise sum over the hosts."""
        return values if self.size == 1 else collective.allreduce(np.ascontiguousarray(values), collective.Op.SUM)

    def maximum(self, value: float) -> float:
        """The greatest of the hosts' values."""
        if self.size == 1:
            return value
        return float(collective.allreduce(np.array([value]), collective.Op.MAX)[0])

    def gather(self, value: Any) -> list[Any]:
        """The hosts' values, in the order of the hosts; they must be picklable."""
        if self.size == 1:
            return [value]
        return [collective.broadcast(value if rank == self.rank else None, rank) for rank in range(self.size)]


@contextmanager
def join(environment: Environment, takes_part: bool) -> Iterator[Collective | None]:
    """Meet the other hosts and train with them for the length of the block; None for a host that does not take part.

    Raises TrainingError when another host fails before the training starts, does not come, or ends during the training.
    """
    if len(environment.hosts) == 1:
        yield Collective()
        return
    folder = environment.shared_folder
    folder.mkdir(parents=True, exist_ok=True)
    _leave_note(folder / f"{environment.current_host}.json", {"takes_part": takes_part})
    notes = {host: _read_note(folder / f"{host}.json", host) for host in environment.hosts}
    participants = [host for host in environment.hosts if notes[host]["takes_part"]]
    if not takes_part:
        yield None
    elif len(participants) == 1:
        yield Collective()
    else:
        rank = participants.index(environment.current_host)
        with _connected(folder / "tracker.json", rank, len(participants)):
            yield Collective(rank, len(participants))


def give_up(environment: Environment) -> None:
    """Tell the other hosts that this one failed, so that they do not wait for it."""
    if len(environment.hosts) > 1:
        environment.shared_folder.mkdir(parents=True, exist_ok=True)
        _leave_note(environment.shared_folder / f"{environment.current_host}.json", {"failed": True})


@contextmanager
def _connected(address: Path, rank: int, size: int) -> Iterator[None]:
    tracker: RabitTracker | None = None
    if rank == 0:
        tracker = RabitTracker(n_workers=size, host_ip="127.0.0.1", port=0, sortby="task")
        tracker.start()
        _leave_note(address, tracker.worker_args())
    arguments = _read_note(address, "algo-1")
    try:
        with collective.CommunicatorContext(**arguments, dmlc_task_id=str(rank)):
            yield
        if tracker is not None:
            tracker.wait_for(timeout=int(MEETING_SECONDS))
    except XGBoostError as error:
        raise TrainingError(LOST_HOST) from error
    finally:
        if tracker is not None:
            with suppress(XGBoostError):  # a tracker that lost a host complains when it is freed, and is freed
                tracker.free()


def _leave_note(path: Path, note: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(note), "utf-8")
    draft.replace(path)


def _read_note(path: Path, host: str) -> dict[str, Any]:
    deadline = time.monotonic() + MEETING_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise TrainingError(f"Host {host} did not join the training within {MEETING_SECONDS:.0f} seconds.")
        time.sleep(0.02)
    note: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if note.get("failed"):
        raise TrainingError(f"Host {host} failed before the training started; its log says why.")
    return note
