"""What panes tell the main screen: wishes that concern more than themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.resources.csv_reports import CsvReport
    from tui.resources.datasets import UploadedDataset
    from tui.resources.endpoints import Endpoint
    from tui.resources.logs import LogSource
    from tui.resources.models import TrainedModel
    from tui.resources.training import TrainingJob, TrainingJobDetail
    from tui.resources.transforms import TransformJob
    from tui.resources.tuning import TuningJob, TuningJobDetail


class Wish(Message):
    """Something that takes a form, a question or another pane."""


class LogsWanted(Message):
    """Show a log."""

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self.source = source


class StreamsWanted(Wish):
    """Choose the streams of a log that are shown."""

    def __init__(self, source: LogSource, chosen: frozenset[str]) -> None:
        super().__init__()
        self.source = source
        self.chosen = chosen
        """The streams, hosts or variants that are shown now; empty for all."""


class LiveTailWanted(Wish):
    """Begin a Live Tail session, after its price was said."""

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self.source = source


class DatasetWanted(Wish):
    """Make a data set of a CSV file that was read whole."""

    def __init__(self, report: CsvReport) -> None:
        super().__init__()
        self.report = report


class RepairWanted(Wish):
    """Look through what the doctor found in a CSV file, and write a new file without it."""

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
    """Say why something failed or was stopped."""

    def __init__(self, row: TrainingJob | TuningJob | TransformJob | Endpoint) -> None:
        super().__init__()
        self.row = row


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
    """Tune on a data set; without one, on one still to be chosen."""

    def __init__(self, dataset: UploadedDataset | None = None) -> None:
        super().__init__()
        self.dataset = dataset


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


class DeployWanted(Wish):
    """Deploy models, or what training jobs left, behind a new endpoint; with neither, what is still to be chosen."""

    def __init__(self, *, jobs: tuple[str, ...] = (), models: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.jobs = jobs
        self.models = models


class EndpointUpdateWanted(Wish):
    """Move an endpoint to another configuration."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class ShutDownWanted(Wish):
    """Delete endpoints with what belongs to them, after asking."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        super().__init__()
        self.endpoints = endpoints
        """Their names."""


class IdleWanted(Wish):
    """Show the endpoints that nobody has invoked for a while."""

    def __init__(self, hours: float = 1.0) -> None:
        super().__init__()
        self.hours = hours


class ModelWanted(Wish):
    """Make a model of what a training job left; without one, of one still to be chosen."""

    def __init__(self, job: str = "") -> None:
        super().__init__()
        self.job = job


class ModelDeleteWanted(Wish):
    """Delete a model, after its name was typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class WeightsWanted(Wish):
    """Edit the weights of an endpoint's variants."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class CanaryWanted(Wish):
    """Move an endpoint's traffic to one of its variants, step by step."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class InvokeWanted(Wish):
    """Send requests to an endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class JudgeWanted(Wish):
    """Judge an endpoint's variants on labelled rows."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


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
    """Cancel what is being made of data: a data set, a repaired file, a transfer."""


CANCELLABLE: tuple[type[Wish], ...] = (DatasetWanted, RepairWanted)
"""The wishes that take long enough to be cancelled by `CancelWanted`."""
