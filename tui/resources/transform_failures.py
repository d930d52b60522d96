"""Why a transform job failed, in plain words: from its failure reason and what its data logs say of single files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(r"^(?:\S+:)?\[sagemaker logs\]: (?P<said>.*)$")
_ABOUT_FILE = re.compile(r"^(?P<file>[a-z0-9][a-z0-9.\-]{2,62}/.+?): ?(?P<said>.*)$")
_RECORD = re.compile(r"\b(?:record|row|line)(?: number)?[ #:]*(\d+)", re.IGNORECASE)
_QUOTED = re.compile(r"could not convert string to float: (b?'[^']*'|\"[^\"]*\"|\S+)")
_SIZES = tuple(
    map(
        re.compile,
        (
            r"inference data (?P<found>\d+) is not consistent with feature size of trained model (?P<trained>\d+)",
            r"num_col_? \((?P<trained>\d+) vs\. (?P<found>\d+)\)",
            r"(?P<found>\d+) features in a row, the model was trained with (?P<trained>\d+)",
        ),
    )
)
"""How the containers say that records have a wrong number of columns."""


_RULES = tuple(
    (re.compile(mark), why, next_step)
    for mark, why, next_step in (
        (
            _QUOTED.pattern,
            "A value is no number: the file has a header, or a column that was not encoded.",
            "Take the header away, or encode the column; then run again (N).",
        ),
        (
            "Too much data for max payload size",
            "A record is larger than a request may be.",
            "Run again (N) with a larger payload.",
        ),
        ("Failed to decompress", "The file is no gzip, or is cut off.", "Run again (N) without compression."),
        ("RecordIO", "The file is not in the RecordIO format.", "Split it by Line."),
        (
            "Failed to parse output",
            "The container does not answer in the format that joining and filters need.",
            "Run again (N) without join and output filter, or with JSON lines in and out.",
        ),
        ("Failed to parse input", "A record is not of the content type.", "Check the content type and the file."),
        ("Failed to apply", "A filter selects what a record does not have.", "Run again (N) with another filter."),
        (
            "Unable to get response",
            "The container did not answer in time, or ended.",
            "Run again (N) with a smaller payload or a longer time-out, and read the log (l).",
        ),
        (r"algorithm: 413", "The container refused the request as too large.", "Run again (N) with a smaller payload."),
        (
            "Number of columns does not match",
            "The records have more columns than the model was trained with: perhaps the label is still among them.",
            "Run again (N) with the input filter $[1:], if the label is the first column.",
        ),
        (
            r"algorithm: 4\d\d",
            "The container refused the records: a header or a label among them, or a wrong content type.",
            "Compare a record with the training data, and run again (N).",
        ),
        (r"algorithm: \d\d\d", "The container failed on the records.", "Read the log (l) for its traceback."),
    )
)
"""What a text in the data log means and what to do about it, the most telling first."""


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file without output, and what its data log says of it."""

    file: str
    """`bucket/key`."""

    lines: tuple[str, ...]
    explanation: str
    next_step: str
    record: str = ""
    """Which record, or which value of one, where the log names it."""


def file_failures(lines: Iterable[str]) -> tuple[FileFailure, ...]:
    """The files that data logs name as failed, in the order of the logs."""
    said: dict[str, list[str]] = {}
    for line in lines:
        found = _LINE.match(line)
        about = _ABOUT_FILE.match(found["said"]) if found else None
        if about:
            said.setdefault(about["file"], []).append(about["said"])
    return tuple(_failure(file, [text for text in texts if text.strip()]) for file, texts in said.items())


def explain_reason(reason: str) -> tuple[str, str]:
    """What a job's failure reason means, and what to do; both empty where it speaks for itself."""
    if "See job logs" in reason:
        return "At least one file could not be transformed.", ""
    if "No S3 objects found" in reason:
        return "There is no input where the job was told to look.", "Check the prefix and the role's s3:ListBucket."
    if "No space left" in reason:
        return "The instance's disk is full.", "Use smaller input files, fewer at a time, or more instances."
    if "could not load the model" in reason or "model.tar.gz" in reason or "ping" in reason:
        return "The model's container did not start.", "Read the log (l): the model may be of another container."
    return "", ""


def _failure(file: str, texts: list[str]) -> FileFailure:
    text = "\n".join(texts)
    explanation, next_step = _explained(text)
    record = ""
    if found := _QUOTED.search(text):
        record = f"the record with the value {found[1].removeprefix('b')}"
    elif found := _RECORD.search(text):
        record = f"record {found[1]}"
    return FileFailure(file, tuple(texts), explanation, next_step, record)


def _explained(text: str) -> tuple[str, str]:
    for sizes in _SIZES:
        if found := sizes.search(text):
            return _wrong_columns(int(found["found"]), int(found["trained"]))
    return next(((why, next_step) for mark, why, next_step in _RULES if mark.search(text)), ("", ""))


def _wrong_columns(found: int, trained: int) -> tuple[str, str]:
    if found == trained + 1:
        return (
            f"The records have {found} columns, the model was trained with {trained}: the label is still among them.",
            "Run again (N) with the input filter $[1:], if the label is the first column.",
        )
    return (
        f"The records have {found} columns, the model was trained with {trained}.",
        "Give it the columns of the training data, in their order.",
    )
