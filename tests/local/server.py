"""A real embedded SageMaker in a process of its own, for tests to talk to."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

COMMAND = [sys.executable, "-m", "tui.local", "serve"]

_EXPORT = "export "
_WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A raw HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """With names in lower case."""

    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running server and how to reach it."""

    url: str
    access_key: str
    secret_key: str
    region: str
    exports: str
    """What it printed, for a shell to evaluate."""

    data: Path
    process: subprocess.Popen[str]
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def client(self, service: str) -> Any:
        """A plain boto3 client that tries once."""
        if service not in self._clients:
            self._clients[service] = self.new_client(service, self.access_key)
        return self._clients[service]

    def new_client(self, service: str, access_key: str, **settings: Any) -> Any:
        """A boto3 client with another access key or other botocore settings."""
        session: Any = boto3.session.Session()
        return session.client(
            service,
            endpoint_url=self.url,
            aws_access_key_id=access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(**({"retries": {"total_max_attempts": 1}} | settings)),
        )

    def authorization(self, service: str) -> str:
        """An `Authorization` header with our access key in it; its signature is not a real one."""
        scope = f"20260101/{self.region}/{service}/aws4_request"
        return f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders=host, Signature=0"

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One raw HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_WAIT_SECONDS)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def send_json(self, service: str, target: str, body: bytes, **headers: str) -> Answer:
        """One request in json 1.1, e.g. `send_json("sagemaker", "SageMaker.AddTags", b"{}")`."""
        given = {
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": self.authorization(service),
        }
        return self.send("POST", "/", given | headers, body)

    def send_form(self, service: str, form: str) -> Answer:
        """One request in the query protocol, e.g. `send_form("sts", "Action=GetCallerIdentity")`."""
        given = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Authorization": self.authorization(service),
        }
        return self.send("POST", "/", given, form.encode())


@contextmanager
def run_server(data: Path, *arguments: str, stderr: IO[str] | None = None) -> Iterator[LocalServer]:
    """A server on a data folder for the length of the block; jobs change phase at once.

    The block may end the process itself, however rudely; it leads a process group, as in a terminal.
    """
    command = [*COMMAND, "--port", "0", "--data", str(data), "--phase-seconds", "0", "--die-with-stdin", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            assert all(line.startswith(_EXPORT) for line in lines), f"the server printed {lines}"
            exported = dict(line.removeprefix(_EXPORT).rstrip("\n").split("=", 1) for line in lines)
            yield LocalServer(
                url=exported["AWS_ENDPOINT_URL"],
                access_key=exported["AWS_ACCESS_KEY_ID"],
                secret_key=exported["AWS_SECRET_ACCESS_KEY"],
                region=exported["AWS_DEFAULT_REGION"],
                exports="".join(lines),
                data=data,
                process=process,
            )
        finally:
            process.stdin.close()
            try:
                process.wait(_WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def refused_start(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail, with its exit code and output."""
    return subprocess.run(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_WAIT_SECONDS
    )
