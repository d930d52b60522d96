"""What panes tell the main screen: wishes that concern more than themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.resources.csv_reports import CsvReport
    from tui.resources.datasets import UploadedDataset
    from tui.resources.training import TrainingJob, TrainingJobDetail


class Wish(Message):
    """Something that takes a form, a question or another pane."""


class LogsWanted(Message):
    """Show the log of a training job."""

    def __init__(self, job: str) -> None:
        super().__init__()
        self.job = job


class DatasetWanted(Wish):
    """Make a data set of a CSV file that was read whole."""

    def __init__(self, report: CsvReport) -> None:
        super().__init__()
        self.report = report


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


class WhyWanted(Wish):
    """Say why a training job failed or was stopped."""

    def __init__(self, job: TrainingJob) -> None:
        super().__init__()
        self.job = job


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


class SampleWanted(Wish):
    """Choose one of the sample data sets and write it into a folder."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder


class CopyWanted(Message):
    """Put a text on the clipboard and say what it was."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = text
        self.what = what


class CancelWanted(Message):
    """Cancel the data set that is being made."""
