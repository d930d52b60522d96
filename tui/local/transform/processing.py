"""Data processing of batch transform: what of a record goes to the model, and what of both goes to the output."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.transform.jsonpath import Path, SelectionError, parse

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"


class ProcessingError(Exception):
    """A record, or an answer of the model, that cannot be processed; the text is the line of the data log."""


def media_type(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Format:
    """How a record is read and written."""

    name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    join: Callable[[Any, Any], Any]
    """A record and the model's answer to it as one."""

    media_types: tuple[str, ...]
    """What an answer in this format is declared as."""


@dataclass(frozen=True, slots=True)
class Processing:
    """The `DataProcessing` of a job."""

    format: Format
    input_filter: Path
    output_filter: Path
    join: bool

    def sent(self, record: bytes) -> bytes:
        """The part of a record that the model gets. Raises ProcessingError."""
        if self.input_filter.selects_all:
            return record
        selected = _select("InputFilter", self.input_filter, self._read(record, "input"))
        return self.format.write(selected).encode()

    def stored(self, records: Sequence[bytes], body: bytes, content_type: str) -> bytes:
        """The part of the records and the model's answer to them that the output gets. Raises ProcessingError."""
        if not self.join and self.output_filter.selects_all:
            return body
        answers = self._answers(body, content_type, len(records))
        joined = answers
        if self.join:
            inputs = [self._read(record, "input") for record in records]
            joined = [self.format.join(given, answer) for given, answer in zip(inputs, answers, strict=True)]
        selected = [_select("OutputFilter", self.output_filter, value) for value in joined]
        return "\n".join(map(self.format.write, selected)).encode()

    def _answers(self, body: bytes, content_type: str, count: int) -> list[Any]:
        if media_type(content_type) not in self.format.media_types:
            raise self._unreadable_output()
        lines = [body] if count == 1 else body.strip(b"\r\n").split(b"\n")
        if len(lines) != count:
            raise self._unreadable_output()
        return [self._read(line, "output") for line in lines]

    def _read(self, text: bytes, side: str) -> Any:
        try:
            return self.format.read(text.decode("utf-8").strip("\r\n"))
        except (ValueError, csv.Error, RecursionError) as error:
            if side == "output":
                raise self._unreadable_output() from error
            raise ProcessingError(f"Failed to parse input as {self.format.name}: {error}") from error

    def _unreadable_output(self) -> ProcessingError:
        return ProcessingError(f"Failed to parse output from the algorithm as {self.format.name}")


def processing_of(request: Mapping[str, Any]) -> Processing | None:
    """What an accepted CreateTransformJob request has done with its records; None when they are left as they are."""
    given = request["DataProcessing"]
    input_filter, output_filter = parse(given["InputFilter"]), parse(given["OutputFilter"])
    join = given["JoinSource"] == "Input"
    if input_filter.selects_all and output_filter.selects_all and not join:
        return None
    kind = media_type(request["TransformInput"].get("ContentType", ""))
    return Processing(_CSV if kind == CSV else _JSON, input_filter, output_filter, join)


def _select(member: str, path: Path, value: Any) -> Any:
    try:
        return path.select(value)
    except SelectionError as error:
        raise ProcessingError(f"Failed to apply {member} {path.text}: {error}") from error


def _read_row(line: str) -> list[str]:
    return next(csv.reader([line]), [])


def _write_row(selected: list[str] | str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([selected] if isinstance(selected, str) else selected)
    return line.getvalue()


def _join_rows(given: list[str], answer: list[str]) -> list[str]:
    return given + answer


def _write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _join_json(given: Any, answer: Any) -> dict[str, Any]:
    record = given if isinstance(given, dict) else {"SageMakerInput": given}
    return record | {"SageMakerOutput": answer}


_CSV = Format("CSV", _read_row, _write_row, _join_rows, (CSV,))
_JSON = Format("JSON", json.loads, _write_json, _join_json, (JSON, JSON_LINES))
