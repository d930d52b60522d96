"""Wishes about transform jobs and what they have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.messages import Wish

if TYPE_CHECKING:
    from tui.resources.datasets import UploadedDataset
    from tui.resources.models import TrainedModel
    from tui.resources.results import JobResults, Reading
    from tui.resources.transforms import TransformJobDetail


class TransformWanted(Wish):
    """Transform data with a model, or with what a training job left; without one, with one still to be chosen."""

    def __init__(
        self, model: str = "", trained: TrainedModel | None = None, dataset: UploadedDataset | None = None
    ) -> None:
        super().__init__()
        self.model = model
        self.trained = trained
        self.dataset = dataset
        """Whose rows are transformed; None for a choice of data sets and any other place."""


class TransformCloneWanted(Wish):
    """Run the same transform job again under another name."""

    def __init__(self, detail: TransformJobDetail) -> None:
        super().__init__()
        self.detail = detail


class TransformStopWanted(Wish):
    """Stop transform jobs, after asking."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


class ResultsWanted(Wish):
    """Show what a transform job has written."""

    def __init__(self, name: str, reading: Reading | None = None) -> None:
        super().__init__()
        self.name = name
        self.reading = reading
        """How it is read, where a person has said so; None for what the console knows of it."""


class LabelsWanted(Wish):
    """Choose where the labels of a transform job's input are."""

    def __init__(self, results: JobResults, record: str) -> None:
        super().__init__()
        self.results = results
        self.record = record
        """One record, to show what its columns hold."""


class TrainWithWanted(Wish):
    """Train the model of a transform job again, with the job's labelled input among the training data."""

    def __init__(self, results: JobResults) -> None:
        super().__init__()
        self.results = results


class DownloadWanted(Wish):
    """Download what a transform job has written, after asking."""

    def __init__(self, results: JobResults) -> None:
        super().__init__()
        self.results = results
