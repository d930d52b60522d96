"""Data capture: the requests and answers of an endpoint as JSON lines in S3, for who wants to compare or audit them."""

from __future__ import annotations

import base64
import json
import logging
import random
import sqlite3
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tui.local.errors import AwsError
from tui.local.s3.objects import ObjectStore
from tui.local.serving.invocation import Invocation
from tui.local.serving.journal import Writer
from tui.local.serving.model_host import Answer

_logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0
"""How long captured data gathers before it becomes an object."""


@dataclass(frozen=True, slots=True)
class _Event:
    """One captured invocation; it is put into words when it is written."""

    config: Mapping[str, Any]
    invocation: Invocation
    answer: Answer
    time: float


class DataCapture:
    """Gathers the sampled invocations of all endpoints and writes them in batches."""

    def __init__(self, objects: ObjectStore, writer: Writer) -> None:
        self._objects = objects
        self._writer = writer
        self._lock = threading.Lock()
        self._events: defaultdict[str, list[_Event]] = defaultdict(list)
        writer.add(self._flush)

    def add(self, config: Mapping[str, Any] | None, variant: str, invocation: Invocation, answer: Answer) -> None:
        """Capture an answered invocation, if the endpoint's DataCaptureConfig wants it and its lot falls so."""
        if config is None or not config.get("EnableCapture", True):
            return
        if random.random() * 100 >= config["InitialSamplingPercentage"]:
            return
        event = _Event(config, invocation, answer, time.time())
        hour = datetime.fromtimestamp(event.time, UTC).strftime("%Y/%m/%d/%H")
        prefix = f"{config['DestinationS3Uri'].rstrip('/')}/{invocation.endpoint}/{variant}/{hour}"
        with self._lock:
            self._events[prefix].append(event)
        self._writer.want()

    def _flush(self) -> None:
        with self._lock:
            batch, self._events = self._events, defaultdict(list)
        for prefix, events in batch.items():
            began = datetime.fromtimestamp(events[0].time, UTC)
            name = f"{began:%M-%S}-{began.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
            bucket, _, key = f"{prefix}/{name}".removeprefix("s3://").partition("/")
            try:
                self._objects.put(bucket, key, (json.dumps(_record(event)).encode() + b"\n" for event in events))
            except (AwsError, OSError, sqlite3.Error) as error:
                _logger.warning("captured data could not be written to %s: %s", prefix, error)


def _record(event: _Event) -> dict[str, Any]:
    modes = {option["CaptureMode"] for option in event.config["CaptureOptions"]}
    captured = {}
    if modes & {"Input", "InputAndOutput"}:
        captured["endpointInput"] = _side(event, "INPUT", event.invocation.content_type, event.invocation.body)
    if modes & {"Output", "InputAndOutput"}:
        captured["endpointOutput"] = _side(event, "OUTPUT", event.answer.content_type, event.answer.body)
    metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
    if event.invocation.custom_attributes is not None:
        metadata["customAttributes"] = [event.invocation.custom_attributes]
    if event.invocation.inference_id is not None:
        metadata["inferenceId"] = event.invocation.inference_id
    metadata["inferenceTime"] = datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}


def _side(event: _Event, mode: str, content_type: str, data: bytes) -> dict[str, str]:
    encoding, text = _encoded(event.config.get("CaptureContentTypeHeader", {}), content_type, data)
    return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}


def _encoded(headers: Mapping[str, Any], content_type: str, data: bytes) -> tuple[str, str]:
    """The encoding of captured data and the data in it: as text only where the configuration names its content type."""
    media_type = content_type.partition(";")[0].strip().lower()
    for encoding, member in (("CSV", "CsvContentTypes"), ("JSON", "JsonContentTypes")):
        if media_type in {named.lower() for named in headers.get(member, ())}:
            try:
                return encoding, data.decode()
            except UnicodeDecodeError:
                break
    return "BASE64", base64.b64encode(data).decode()
