"""How a transform job had best send its records: proposed from what the first of them look like."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from tui.resources.algorithms import AlgorithmName
from tui.resources.transform_filters import CSV, JSON, JSON_LINES, columns
from tui.resources.transforms import media_type

Split = Literal["None", "Line", "RecordIO", "TFRecord"]
Strategy = Literal["MultiRecord", "SingleRecord"]

SPLITS: tuple[Split, ...] = ("Line", "None", "RecordIO", "TFRecord")
STRATEGIES: tuple[Strategy, ...] = ("MultiRecord", "SingleRecord")

MEGABYTE = 1 << 20
MAX_PAYLOAD_MB = 100
"""Of one request, and of all requests at a time on one instance."""

DEFAULT_PAYLOAD_MB = 6
"""The service's default, and what SageMaker's own containers accept unless their limit is raised."""

MAX_AT_A_TIME = 32
RECORDIO = "application/x-recordio-protobuf"

ACCEPTED: dict[AlgorithmName, tuple[str, ...]] = {
    "xgboost": (CSV, JSON),
    "linear-learner": (JSON_LINES, JSON, RECORDIO),
}
"""What the containers answer in, the handiest first. Linear Learner has no CSV: asked for it, it answers in JSON."""

READ: dict[AlgorithmName, tuple[str, ...]] = {
    "xgboost": (CSV, "text/x-libsvm", RECORDIO),
    "linear-learner": (CSV, JSON_LINES, JSON, RECORDIO),
}
"""The content types that the containers read."""


@dataclass(frozen=True, slots=True)
class InputPeek:
    """What was seen of a job's input before it runs: the first bytes of the first object, and what is listed."""

    objects: int
    total_size: int
    """Bytes of the objects that were listed."""

    largest: int
    """Bytes of the largest object."""

    first_name: str
    lines: tuple[str, ...]
    """The first lines of the first object, whole ones only; none where it is not text."""

    compressed: bool
    """Whether the first object begins as gzip does."""

    complete: bool = True
    """Whether all objects were listed."""

    longest_line: int = 0
    """Bytes of the longest line seen; of a line that did not end, what was seen of it."""

    @property
    def content_type(self) -> str:
        """What the first object seems to be; empty where it does not say."""
        name = self.first_name.lower().removesuffix(".gz")
        if name.endswith((".jsonl", ".ndjson")):
            return JSON_LINES
        if self.lines and all(line.lstrip().startswith("{") for line in self.lines):
            return JSON_LINES
        if name.endswith(".json"):
            return JSON
        if name.endswith((".pbr", ".recordio", ".rec")):
            return RECORDIO
        return CSV if self.lines else ""

    @property
    def columns(self) -> int:
        """Columns of the first row of CSV; 0 of anything else."""
        return len(columns(self.lines[0])) if self.lines and self.content_type == CSV else 0


@dataclass(frozen=True, slots=True)
class TransformPlan:
    """How records are cut, packed and put together again."""

    split: Split
    strategy: Strategy | None
    """None where the input is not split."""

    max_payload: int
    """In megabytes."""

    max_concurrent: int
    assemble: Literal["None", "Line"]
    reason: str
    """Why, in a sentence."""


def plan_transform(peek: InputPeek, content_type: str, instance_type: str) -> TransformPlan:
    """The plan for an input: requests that are well filled and fit, as many at a time as there are processors."""
    plan = _cut(peek, media_type(content_type))
    requests = max(1, ceil(peek.total_size / (plan.max_payload * MEGABYTE)))
    if plan.strategy == "SingleRecord":
        requests = max(1, ceil(peek.total_size / max(1, peek.longest_line)))
    at_a_time = max(1, min(processors(instance_type), MAX_PAYLOAD_MB // plan.max_payload, requests, MAX_AT_A_TIME))
    return replace(plan, max_concurrent=at_a_time)


def _cut(peek: InputPeek, kind: str) -> TransformPlan:
    if kind == RECORDIO:
        return TransformPlan("RecordIO", "MultiRecord", DEFAULT_PAYLOAD_MB, 1, "None", "Records in RecordIO.")
    by_line = kind in (CSV, JSON_LINES, "text/x-libsvm") or (kind == JSON and len(peek.lines) > 1)
    if not by_line:
        payload = _megabytes(peek.largest)
        why = f"Each object is one request; the largest has {_said(peek.largest)}."
        return TransformPlan("None", None, payload, 1, "None", why)
    longest = peek.longest_line
    if longest * 2 > DEFAULT_PAYLOAD_MB * MEGABYTE:
        why = f"A record has {_said(longest)}: one in a request."
        return TransformPlan("Line", "SingleRecord", _megabytes(longest * 2), 1, "Line", why)
    if kind == JSON:  # a document of many instances is no line of JSON any more
        return TransformPlan("Line", "SingleRecord", DEFAULT_PAYLOAD_MB, 1, "Line", "Each line is a JSON document.")
    about = DEFAULT_PAYLOAD_MB * MEGABYTE // max(1, longest)
    why = f"A record has up to {_said(longest)}: about {about:,} in a request of {DEFAULT_PAYLOAD_MB} MB."
    return TransformPlan("Line", "MultiRecord", DEFAULT_PAYLOAD_MB, 1, "Line", why)


def processors(instance_type: str) -> int:
    """The processors that an instance type has by its size; 1 where that does not say."""
    size = instance_type.rpartition(".")[2]
    if size in ("medium", "large"):
        return 2
    found = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(found[1] or 1) if found else 1


def _megabytes(size: int) -> int:
    return min(MAX_PAYLOAD_MB, max(DEFAULT_PAYLOAD_MB, ceil(size / MEGABYTE)))


def _said(size: int) -> str:
    return f"{size:,} bytes" if size < MEGABYTE else f"{size / MEGABYTE:,.1f} MB"
