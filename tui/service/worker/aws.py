"""boto3 in the worker: one session, its clients, and one call as the console asks for it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.config
import botocore.session

from tui.resources.text import strip_controls_within
from tui.service.budget import is_read
from tui.service.errors import ReadOnly
from tui.service.wire import Connection
from tui.service.worker import log_columns

_under_way = threading.local()
"""What the thread works on: its `check` raises when nobody waits for the answer any more."""

_DIGITS = re.compile(r"[-+0-9.eE]+")

_CONFIG = botocore.config.Config(
    # Three attempts fit into the minute that the console waits: nothing is sent after it has given up.
    connect_timeout=5,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
    user_agent_appid="sagedeck",
    # A custom endpoint need not know the newest checksum headers; AWS accepts requests without them.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)

_OWN_CONFIGS = {
    # An invocation is sent once, or it would count twice when variants are compared; a model may take a minute.
    "sagemaker-runtime": botocore.config.Config(
        read_timeout=65, retries={"mode": "standard", "total_max_attempts": 1}, max_pool_connections=64
    )
}

_HOMES = {"pricing": "us-east-1"}
"""Services that few regions have, for all of them."""


def epoch_seconds(value: str | float) -> float:
    """A timestamp of any AWS protocol as seconds since the epoch.

    botocore's own parser goes through dateutil and takes two thirds of the time of a page of 100 jobs.
    """
    if isinstance(value, int | float):
        return float(value)
    if _DIGITS.fullmatch(value):
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %Z")  # noqa: DTZ007 - GMT, set below
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Aws:
    """The clients of one connection; botocore's clients may be shared between threads, making them may not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        core = botocore.session.Session(profile=connection.profile)
        core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=epoch_seconds)
        self._session = boto3.Session(
            botocore_session=core,
            region_name=connection.region,
            aws_access_key_id=connection.access_key_id,
            aws_secret_access_key=connection.secret_access_key,
        )
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self._account: str | None = None

    def client(self, service: str) -> Any:
        """The client of a service, made on first use."""
        with self._making:
            if service not in self._clients:
                url = self._connection.endpoint_url
                # The host prefixes of some operations, such as StartLiveTail, belong to AWS's own addresses.
                config = _CONFIG.merge(botocore.config.Config(inject_host_prefix=url is None))
                if service in _OWN_CONFIGS:
                    config = config.merge(_OWN_CONFIGS[service])
                client = self._session.client(service, region_name=_HOMES.get(service), endpoint_url=url, config=config)
                client.meta.events.register("request-created", _check_attempt)
                if service == "logs":
                    log_columns.decode_early(client)
                if self._connection.read_only:
                    client.meta.events.register("before-call", _refuse_writes)
                self._clients[service] = client
            return self._clients[service]

    def call(
        self, service: str, operation: str, parameters: dict[str, Any], check: Callable[[], None]
    ) -> dict[str, Any]:
        """The answer of an operation as plain values: timestamps as epoch seconds, no control characters.

        Pages of log events come as columns, see `log_columns`.
        `check` is called before each attempt, so that nothing is sent again for somebody who has given up.
        """
        client = self.client(service)
        _under_way.check = check
        method = getattr(client, botocore.xform_name(operation))
        answer: dict[str, Any] = method(**parameters)
        answer.pop("ResponseMetadata", None)
        if operation in log_columns.OPERATIONS:
            answer = log_columns.columns(answer)
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        stripped: dict[str, Any] = strip_controls_within(answer)
        return stripped

    def identity(self) -> tuple[str, str]:
        """The account number and the region."""
        if self._account is None:
            self._account = self.client("sts").get_caller_identity()["Account"]
        return self._account, self.client("s3").meta.region_name


def _check_attempt(**_: Any) -> None:
    check: Callable[[], None] | None = getattr(_under_way, "check", None)
    if check:
        check()


def _refuse_writes(model: Any, **_: Any) -> None:
    if not is_read(model.name):
        raise ReadOnly(f"{model.name} was not sent", "this console is read-only", operation=model.name)
