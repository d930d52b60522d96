"""The log lines of the XGBoost container while it serves, in the form of each release."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from tui.local.algorithms.xgboost_inference_rules import InferenceRules
from tui.local.algorithms.xgboost_releases import LogStyle


class InferenceLog:
    """Writes what the container of a release writes. There is one worker, and its process is this one."""

    def __init__(self, rules: InferenceRules, batch: bool, log: Callable[[str], None]) -> None:
        self._rules = rules
        self._first = rules.release.log_style is LogStyle.FIRST
        self._peer = ("169.254.255.130", "Go-http-client/1.1") if batch else ("169.254.178.2", "AHC/2.0")
        self._log = log

    def opening(self) -> None:
        """What the container says before it looks at the model."""
        if self._first:
            self._log("Arguments: serve")
        else:
            self._info("No GPUs detected (normal if no gpus installed)")
        address = "http://0.0.0.0:8080" if self._first else "unix:/tmp/gunicorn.sock"
        process = os.getpid()
        for message in (
            f"Starting gunicorn {self._rules.web_server}",
            f"Listening at: {address} ({process})",
            "Using worker: gevent",
            f"Booting worker with pid: {process}",
        ):
            self._log(f"[{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000] [{process}] [INFO] {message}")

    def loading(self, path: str) -> None:
        """That a model file is about to be read."""
        if self._rules.averages_models:
            self._info(f"Loading the model from {path}")
        elif self._rules.release.number >= (1, 2):
            self._info(f"Loading model file '{path}'")

    def loaded(self, objective: str) -> None:
        """That the model is there."""
        if self._first:
            self._info(f"Model loaded successfully for worker : {os.getpid()}")
        elif self._rules.averages_models:
            self._info(f"Model objective : {objective}")

    def delimiter(self, delimiter: str) -> None:
        """The delimiter found in the first line of a CSV request."""
        if self._first:
            self._info(f"Sniff delimiter as '{delimiter}'")
        self._info(f"Determined delimiter of CSV input is '{delimiter}'")

    def incompatible_keys(self, keys: list[str], objective: str, valid: list[str]) -> None:
        """That SAGEMAKER_INFERENCE_OUTPUT asks for what the objective does not have."""
        self._info(
            f"Selected key(s) {set(keys)} incompatible for objective '{objective}'. "
            f"Please use list of compatible selectable inference predictions: {valid}",
            "WARNING",
        )

    def failure(self, kind: str, reason: str) -> None:
        """What went wrong, by the kind of the exception and its text."""
        self._info(reason, "ERROR")
        self._lines("Traceback (most recent call last):")
        self._lines(f"{kind}: {reason}")

    def access(self, status: int, size: int) -> None:
        """That a request was answered, in the words of the web server before the container's code; 0.72 has none."""
        if not self._first:
            client, agent = self._peer
            time = f"{datetime.now(UTC):%d/%b/%Y:%H:%M:%S} +0000"
            self._log(f'{client} - - [{time}] "POST /invocations HTTP/1.1" {status} {size} "-" "{agent}"')

    def _info(self, message: str, level: str = "INFO") -> None:
        self._lines(f"[{datetime.now(UTC):%Y-%m-%d:%H:%M:%S}:{level}] {message}")

    def _lines(self, text: str) -> None:
        for line in text.split("\n"):
            self._log(line)
