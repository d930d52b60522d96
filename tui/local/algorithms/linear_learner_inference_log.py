"""The log lines of the Linear Learner container while it serves."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_READ = ("application/json", "application/jsonlines", "application/x-recordio-protobuf", "text/csv")
_WRITTEN = _READ[:3]


class InferenceLog:
    """Writes what the container writes."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log

    def opening(self) -> None:
        """What the container says before it looks at the model."""
        self._log("Docker entrypoint called with argument(s): serve")
        self._log("Running default environment configuration script")
        for message in (
            "worker started",
            "loaded entry point class algorithm.serve.server_config:config_api",
            "loading entry points",
            *(f"loaded request iterator {name}" for name in _READ),
            *(f"loaded response encoder {name}" for name in _WRITTEN),
            "loaded entry point class algorithm:model",
            "Number of server workers: 1",
        ):
            self._info(message)

    def loaded(self) -> None:
        """That the model is there, and the server too."""
        process = os.getpid()
        for message in (
            "Starting gunicorn 19.7.1",
            f"Listening at: http://0.0.0.0:8080 ({process})",
            "Using worker: sync",
            f"Booting worker with pid: {process}",
        ):
            self._log(f"[{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000] [{process}] [INFO] {message}")

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """Write a line with the time that the answer takes, once it is there."""
        started, clock = time.time(), time.perf_counter()
        try:
            yield
        finally:
            elapsed = (time.perf_counter() - clock) * 1000
            values = {"invocations.count": 1.0, "model.evaluate.time": elapsed}
            content = {
                "StartTime": started,
                "EndTime": time.time(),
                "Dimensions": {"Algorithm": "LinearLearnerModel", "Host": "UNKNOWN", "Operation": "scoring"},
                "Metrics": {name: {"sum": v, "count": 1, "min": v, "max": v} for name, v in values.items()},
            }
            self._log(f"#metrics {json.dumps(content)}")

    def failure(self, kind: str, reason: str) -> None:
        """What went wrong, and whose error it is."""
        first, *rest = reason.split("\n")
        self._info(f"{kind}: {first}", "ERROR")
        for line in rest:
            self._log(line)

    def _info(self, message: str, level: str = "INFO") -> None:
        self._log(f"[{datetime.now(UTC):%m/%d/%Y %H:%M:%S} {level} {threading.get_ident()}] {message}")
