"""Wishes about training jobs and tuning jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.messages import Wish

if TYPE_CHECKING:
    from tui.resources.datasets import UploadedDataset
    from tui.resources.training import TrainingJob, TrainingJobDetail
    from tui.resources.tuning import TuningJobDetail

MOST_COMPARED = 8
"""Training jobs side by side at most: more columns than that no screen has."""


class TrainingWanted(Wish):
    """Train on a data set; without one, on one still to be chosen."""

    def __init__(self, dataset: UploadedDataset | None = None) -> None:
        super().__init__()
        self.dataset = dataset


class CloneWanted(Wish):
    """Run the same training job again under another name."""

    def __init__(self, detail: TrainingJobDetail) -> None:
        super().__init__()
        self.detail = detail


class StopWanted(Wish):
    """Stop training jobs, after asking."""

    def __init__(self, jobs: tuple[TrainingJob, ...]) -> None:
        super().__init__()
        self.jobs = jobs


class DeleteWanted(Wish):
    """Delete a training job, after its name was typed."""

    def __init__(self, job: TrainingJob) -> None:
        super().__init__()
        self.job = job


class TuningWanted(Wish):
    """Tune on a data set, or what a training job was given; with neither, on a data set still to be chosen."""

    def __init__(self, dataset: UploadedDataset | None = None, *, job: str = "") -> None:
        super().__init__()
        self.dataset = dataset
        self.job = job


class TuningCloneWanted(Wish):
    """Run the same search again under another name."""

    def __init__(self, detail: TuningJobDetail) -> None:
        super().__init__()
        self.detail = detail


class TuningStopWanted(Wish):
    """Stop tuning jobs, after asking."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


class TuningDeleteWanted(Wish):
    """Delete the record of a tuning job, after its name was typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class BestWanted(Wish):
    """Go on with the best training job of a tuning job."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class TrialsWanted(Wish):
    """Show all training jobs of a tuning job."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class CompareWanted(Wish):
    """Put training jobs side by side."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names
