"""The channels of an XGBoost job, checked and read as its container does."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from tui.local.algorithms.dataset import Dataset, UnreadableRowsError, read_csv, read_libsvm
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import UserError
from tui.local.algorithms.xgboost_logs import ContainerLog
from tui.local.algorithms.xgboost_releases import LogStyle, Release

CHANNELS: Final = ("train", "validation")
_CSV: Final = ("csv", "text/csv")
_LIBSVM: Final = ("libsvm", "text/libsvm", "text/x-libsvm")
_UNREAD: Final = ("parquet", "application/x-parquet", "recordio-protobuf", "application/x-recordio-protobuf")
_LETTER = re.compile("[a-df-zA-DF-Z]")
_LIBSVM_LINE = re.compile(r"[-+.\deE]+(:[-+.\deE]+)?(\s+\w+:\S+)*\s*")


def check_channels(environment: Environment) -> None:
    """Raise UserError for a missing or unknown channel and for a content type the container does not accept."""
    if "train" not in environment.channels:
        raise UserError("Missing required channel: train")
    for name in environment.channels:
        if name not in CHANNELS:
            raise UserError(f"Extraneous channel found: {name}")
        _media_type(environment, name)


def read_channel(environment: Environment, channel: str, log: ContainerLog, csv_weights: bool) -> Dataset | None:
    """Read a channel, or None when it has no data."""
    files = environment.data_files(channel)
    if not files:
        return None
    log.reading(channel)
    try:
        if _media_type(environment, channel) in _CSV:
            delimiter = _delimiter(files[0], log)
            data = read_csv(files, delimiter, csv_weights)
            log.loaded(channel, data, f"format=csv&label_column=0&delimiter={delimiter}")
        else:
            data = read_libsvm(files)
            log.loaded(channel, data, "format=libsvm")
    except UnreadableRowsError as error:
        kind = "csv" if _media_type(environment, channel) in _CSV else "libsvm"
        raise UserError(
            f"Failed to load {kind} data with exception:\n{error.reason} ({environment.shown(error.path)})"
        ) from error
    if not data.columns:
        raise UserError(
            f"Failed to load csv data with exception:\n{environment.shown(files[0])} has a label and no feature columns"
        )
    return data


def check_formats(environment: Environment, channel: str, log: ContainerLog, release: Release) -> None:
    """Look at the first line of every file of a channel; raise UserError when it is not of the declared format."""
    files = environment.data_files(channel)
    for path in files:
        if path.name.startswith("."):
            raise UserError("Hidden file found in the data path! Remove that before training.")
    if _media_type(environment, channel) in _CSV:
        for path in files:
            _delimiter(path, log)
            _check_numeric(path)
    else:
        for path in files:
            _check_libsvm(path, release)


def _media_type(environment: Environment, channel: str) -> str:
    declared = environment.content_type(channel, "text/libsvm")
    media_type, *parameters = (part.strip() for part in declared.lower().split(";"))
    if media_type in _CSV:
        sizes = [value for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "label_size"]
        if sizes and sizes != ["1"]:
            raise UserError(
                f"{declared} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
            )
        return media_type
    if media_type in _LIBSVM:
        return media_type
    if media_type in _UNREAD:
        raise UserError(
            f"{declared} is an accepted ContentType of the container, "
            "but the embedded SageMaker reads csv and libsvm only."
        )
    accepted = ", ".join(("csv", "libsvm", "parquet", "recordio-protobuf", *_CSV[1:], *_LIBSVM[1:], *_UNREAD[1::2]))
    raise UserError(f"{declared} is not an accepted ContentType: {accepted}.")


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="ignore") as file:
        return file.readline().strip("\r\n")


def _delimiter(path: Path, log: ContainerLog) -> str:
    line = _first_line(path)
    try:
        delimiter = csv.Sniffer().sniff(line).delimiter
        if delimiter.isalnum() or delimiter in ".+-":
            raise csv.Error("Could not determine delimiter")  # a line of one number has nothing but its own characters
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:50]}:\n{error}") from error
    log.delimiter(delimiter)
    return delimiter


def _check_numeric(path: Path) -> None:
    line = _first_line(path)
    letter = _LETTER.search(line)
    if letter:
        raise UserError(
            f"Non-numeric value '{letter[0]}' found in the header line '{line[:50]}...' of file '{path.name}'. "
            "CSV format require no header line in it. If header line is already removed, "
            "XGBoost does not accept non-numeric value in the data."
        )


def _check_libsvm(path: Path, release: Release) -> None:
    line = _first_line(path)
    if release.log_style is LogStyle.FIRST:
        if not (" " in line and ":" in line):
            raise UserError(
                f"Blankspace and colon not found in firstline '{line[:50]}...' of file '{path.name}'. "
                "ContentType by defaullt is in libsvm. Please ensure the file is in libsvm format."
            )
    elif not _LIBSVM_LINE.fullmatch(line):
        raise UserError(
            f"First line '{line[:50]}...' of file '{path.name}' is not 'LIBSVM' format. "
            "Please ensure the file is in 'LIBSVM' format."
        )
