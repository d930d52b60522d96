"""A far side for the worker: an HTTP server that answers AWS operations as a test scripts them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tui.service.wire import Connection

REQUEST_ID = "5f2f8a1e-0000-4000-8000-000000000042"

NO_JOBS: dict[str, Any] = {"TrainingJobSummaries": []}
"""What ListTrainingJobs answers in an account without any."""


class Refused(Exception):
    """An AWS error as the answer, e.g. `Refused("ValidationException", "1 validation error")`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status


Answer = Callable[[dict[str, Any]], Mapping[str, Any] | str]
"""Takes the members of a request; gives those of the answer, or the whole of an XML answer."""


@dataclass(slots=True)
class StubAws:
    """What the far side answers by operation, and what it was asked."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _released: threading.Event = field(default_factory=threading.Event)

    def connection(self, *, read_only: bool = False) -> Connection:
        """How a worker reaches it."""
        return Connection(None, "eu-west-1", self.url, "AKIDEXAMPLE", "secret", read_only)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The requests for an operation, in order."""
        return [members for name, members in self.requests if name == operation]

    def never(self, _: dict[str, Any]) -> Mapping[str, Any]:
        """An answer that does not come before `release`."""
        self._released.wait(60)
        raise Refused("ValidationException", "the test is over")  # which no client tries again

    def begin(self) -> None:
        """Know nothing and remember nothing: a test begins."""
        self.answers.clear()
        self.requests.clear()
        self._released.clear()

    def release(self) -> None:
        """Let every request go that hangs in `never`, and those that come later."""
        self._released.set()


def in_turn(*answers: Mapping[str, Any] | Refused) -> Answer:
    """One answer after the other; the last one again and again."""
    left = list(answers)

    def answer(_: dict[str, Any]) -> Mapping[str, Any]:
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Refused):
            raise given
        return given

    return answer


@contextmanager
def stub_aws() -> Iterator[StubAws]:
    """A running stub on a free port of the loopback interface."""
    server = _Server(("127.0.0.1", 0), _Handler)
    stub = StubAws(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"stub": stub})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.release()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that went away are what some tests are about; anything else is said."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    stub: StubAws
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target")
        if target:
            self._answer(target.rpartition(".")[2], json.loads(body or b"{}"))
        else:
            members = dict(parse_qsl(body.decode()))
            self._answer(members.pop("Action", self.command), members)

    def do_GET(self) -> None:
        self._answer(f"{self.command} {self.path}", {})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(f"{self.command} {self.path}", {"Body": body})

    def _answer(self, operation: str, members: dict[str, Any]) -> None:
        self.stub.requests.append((operation, members))
        try:
            answer = self.stub.answers[operation](members)
        except Refused as refused:
            self._send(refused.status, json.dumps({"__type": refused.code, "message": refused.message}))
        except KeyError:
            self._send(400, json.dumps({"__type": "UnknownOperationException", "message": operation}))
        else:
            self._send(200, answer if isinstance(answer, str) else json.dumps(answer))

    def _send(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1" if text.startswith("{") else "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", REQUEST_ID)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test says what it has to say by failing."""
