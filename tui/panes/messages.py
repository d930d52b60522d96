"""What panes tell the main screen: wishes that concern more than themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.resources.csv_reports import CsvReport
    from tui.resources.datasets import UploadedDataset
    from tui.resources.endpoint_judging import JudgeRequest
    from tui.resources.endpoints import Endpoint
    from tui.resources.logs import LogSource
    from tui.resources.models import TrainedModel
    from tui.resources.results import JobResults
    from tui.resources.s3_objects import S3Place
    from tui.resources.training import TrainingJob, TrainingJobDetail
    from tui.resources.transforms import TransformJob, TransformJobDetail
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

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


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


class NewCanaryWanted(Wish):
    """Begin a canary after one that has ended."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class RowWanted(Wish):
    """Choose a data set whose test rows are sent to an endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint


class PayloadWanted(Wish):
    """Type what is sent to an endpoint, and how."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint


class LogsAtWanted(Wish):
    """Show a log at a moment."""

    def __init__(self, source: LogSource, at: float) -> None:
        super().__init__()
        self.source = source
        self.at = at
        """In seconds since the epoch."""


class MistakesWanted(Wish):
    """Step through the rows on which a variant is wrong."""

    def __init__(self, request: JudgeRequest, variant: str, tolerance: float) -> None:
        super().__init__()
        self.request = request
        self.variant = variant
        self.tolerance = tolerance
        """What a regression may be off without being wrong."""


class PromoteWanted(Wish):
    """Give a variant all the traffic of its endpoint."""

    def __init__(self, endpoint: str, variant: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.variant = variant


class SampleWanted(Wish):
    """Choose one of the sample data sets and write it into a folder."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder


class FileWatchWanted(Wish):
    """Make a data set of a CSV file, which was read whole, again whenever it changes."""

    def __init__(self, report: CsvReport) -> None:
        super().__init__()
        self.report = report


class FolderWatchWanted(Wish):
    """Make data sets of the CSV files of a folder whenever they change."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class WatchRunWanted(Wish):
    """Make the data sets of a watch now."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class UnwatchWanted(Wish):
    """Watch a path no more, after asking."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class BrowserWanted(Wish):
    """Show a local folder beside the buckets."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder


class PreviewWanted(Wish):
    """Show the first rows of a file or an object."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        """A path, or a URI that begins with s3://."""


class UploadWanted(Wish):
    """Upload files and folders to a place in S3."""

    def __init__(self, paths: tuple[str, ...], place: S3Place) -> None:
        super().__init__()
        self.paths = paths
        self.place = place


class FetchWanted(Wish):
    """Download objects and prefixes into a folder."""

    def __init__(self, place: S3Place, names: tuple[str, ...], folder: str) -> None:
        super().__init__()
        self.place = place
        self.names = names
        """As seen from the place; a prefix ends in a slash."""

        self.folder = folder


class VersionsWanted(Wish):
    """Show the versions of an object, and download one."""

    def __init__(self, place: S3Place, name: str, folder: str) -> None:
        super().__init__()
        self.place = place
        self.name = name
        self.folder = folder


class ObjectCopyWanted(Wish):
    """Copy objects and prefixes to another place in S3, or move them."""

    def __init__(self, place: S3Place, names: tuple[str, ...], *, move: bool) -> None:
        super().__init__()
        self.place = place
        self.names = names
        self.move = move


class ObjectDeleteWanted(Wish):
    """Delete objects and prefixes, after asking."""

    def __init__(self, place: S3Place, names: tuple[str, ...]) -> None:
        super().__init__()
        self.place = place
        self.names = names


class CopyWanted(Message):
    """Put a text on the clipboard and say what it was."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = text
        self.what = what


class CancelWanted(Message):
    """Cancel what is being made of data: a data set, a repaired file, a transfer."""


CANCELLABLE: tuple[type[Wish], ...] = (
    *(DatasetWanted, RepairWanted),
    *(UploadWanted, FetchWanted, VersionsWanted, ObjectCopyWanted, ObjectDeleteWanted),
)
"""The wishes that take long enough to be cancelled by `CancelWanted`."""
