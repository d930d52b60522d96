"""Invocations of a whole server: clients that hang up, and ends of every kind while it answers."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.local.endpoints import make_endpoint, make_models
from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("trained_artifacts")

BODY = b"0.5,0.25"


def _request(server: LocalServer, length: int) -> bytes:
    return (
        f"POST /endpoints/boston/invocations HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: text/csv\r\n"
        f"Authorization: {server.authorization('sagemaker')}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_hang_ups_and_a_signal_to_the_group(tmp_path: Path, marked: Marked, number: signal.Signals) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:
        with run_server(tmp_path / "data", stderr=stderr) as server:
            make_models(server)
            make_endpoint(server, "boston")
            large = BODY + (b"\n" + BODY) * 100_000
            for sent in (BODY[:3], BODY, large):
                with socket.create_connection(("127.0.0.1", server.port)) as connection:
                    connection.sendall(_request(server, max(len(sent), len(BODY))) + sent)
            answers: list[str] = []
            client = server.new_client("sagemaker-runtime", server.access_key)

            def invoke() -> None:
                while True:
                    try:
                        answer = client.invoke_endpoint(EndpointName="boston", ContentType="text/csv", Body=BODY)
                        answer["Body"].read()  # which frees the connection for the next one
                        answers.append(answer["InvokedProductionVariant"])
                    except (BotoCoreError, ClientError):
                        return

            invoking = threading.Thread(target=invoke, daemon=True)
            invoking.start()
            until(lambda: len(answers) > 10, "more than ten answers")
            os.killpg(server.process.pid, number)
            server.process.wait(20)
            invoking.join(20)
        marked.wait_until_gone()
        stderr.seek(0)
        assert stderr.read() == ""
        assert set(answers) == {"AllTraffic"}


def test_the_gate_stands_before_it(server: LocalServer) -> None:
    with pytest.raises(ClientError) as caught:
        server.new_client("sagemaker-runtime", "AKIAFOREIGN").invoke_endpoint(EndpointName="boston", Body=BODY)
    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_other_paths_and_methods_are_not_its_own(server: LocalServer) -> None:
    signed = {"Authorization": server.authorization("sagemaker")}
    for method, path in (("GET", "/endpoints/e/invocations"), ("POST", "/endpoints/e"), ("POST", "/endpoints//x")):
        answer = server.send(method, path, signed)
        assert (answer.status, answer.json()["__type"]) == (400, "UnsupportedOperation")
        assert f"does not implement {method} {path} of sagemaker." in answer.json()["message"]
