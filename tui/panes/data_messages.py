"""Wishes about data: local files, data sets, watches, buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tui.panes.messages import Wish

if TYPE_CHECKING:
    from tui.resources.csv_reports import CsvReport
    from tui.resources.s3_objects import S3Place


class SampleWanted(Wish):
    """Choose one of the sample data sets and write it into a folder."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder


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


class CancelWanted(Message):
    """Cancel what is being made of data: a data set, a repaired file, a transfer."""


CANCELLABLE: tuple[type[Wish], ...] = (
    *(DatasetWanted, RepairWanted),
    *(UploadWanted, FetchWanted, VersionsWanted, ObjectCopyWanted, ObjectDeleteWanted),
)
"""The wishes that take long enough to be cancelled by `CancelWanted`."""
