"""The server as a process: how it starts, how it ends, and its connections."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.local.server import COMMAND, LocalServer, refused_start, run_server
from tui.local.serve import main

WAIT_SECONDS = 60


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestStart:
    def test_prints_four_lines_and_nothing_else(self, tmp_path: Path) -> None:
        command = [*COMMAND, "--port", "0", "--data", str(tmp_path / "data"), "--die-with-stdin"]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_SECONDS, check=True
        )
        endpoint, key, secret, region = done.stdout.splitlines()
        assert endpoint.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
        assert key.startswith("export AWS_ACCESS_KEY_ID=AKIA")
        assert len(key) == len("export AWS_ACCESS_KEY_ID=") + 20
        assert secret.startswith("export AWS_SECRET_ACCESS_KEY=")
        assert len(secret) == len("export AWS_SECRET_ACCESS_KEY=") + 40
        assert region == "export AWS_DEFAULT_REGION=us-east-1"
        assert done.stderr == ""

    def test_what_it_writes_is_private(self, server: LocalServer) -> None:
        assert mode(server.data) == 0o700
        assert mode(server.data / "credentials.json") == 0o600
        assert mode(server.data / "server.json") == 0o600

    def test_leaves_word_of_itself_while_it_runs(self, tmp_path: Path) -> None:
        with run_server(tmp_path) as running:
            assert json.loads((tmp_path / "server.json").read_text()) == {
                "url": running.url,
                "pid": running.process.pid,
                "access_key_id": running.access_key,
                "secret_access_key": running.secret_key,
                "region": "us-east-1",
            }
        assert not (tmp_path / "server.json").exists()

    def test_credentials_outlive_a_kill(self, tmp_path: Path) -> None:
        with run_server(tmp_path) as first:
            first.process.kill()
            first.process.wait(WAIT_SECONDS)
        with run_server(tmp_path) as second:
            assert (second.access_key, second.secret_key) == (first.access_key, first.secret_key)
            assert second.client("sts").get_caller_identity()["Account"] == "123456789012"

    def test_each_data_folder_has_credentials_of_its_own(self, server: LocalServer, tmp_path: Path) -> None:
        with run_server(tmp_path) as other:
            assert other.access_key != server.access_key

    def test_the_default_folder_follows_xdg(self, tmp_path: Path) -> None:
        environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
        command = [*COMMAND, "--port", "0", "--die-with-stdin"]
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=WAIT_SECONDS, check=True
        )
        assert (tmp_path / "sagedeck" / "local" / "credentials.json").exists()


class TestRefusedStart:
    def test_a_folder_in_use(self, server: LocalServer) -> None:
        done = refused_start("--port", "0", "--data", str(server.data))
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            f"sagedeck local serve: The data folder {server.data} is in use by process {server.process.pid} at "
            f"{server.url}. Stop that one, or name another folder with --data.\n"
        )

    def test_a_port_in_use(self, server: LocalServer, tmp_path: Path) -> None:
        done = refused_start("--port", str(server.port), "--data", str(tmp_path))
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr == (
            f"sagedeck local serve: Cannot listen on port {server.port} of 127.0.0.1: Address already in use. "
            "Stop what uses it, name another one with --port, or let --port 0 take a free one.\n"
        )

    def test_a_file_where_the_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = refused_start("--port", "0", "--data", str(tmp_path / "file"))
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr.startswith(f"sagedeck local serve: Cannot use the data folder {tmp_path / 'file'}: ")

    def test_a_disk_that_takes_no_more(self, tmp_path: Path) -> None:
        def no_room() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        done = subprocess.run(
            [*COMMAND, "--port", "0", "--data", str(tmp_path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            preexec_fn=no_room,
        )
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr == (
            f"sagedeck local serve: Cannot use the data folder {tmp_path}: File too large. "
            "Free it up or name another one with --data.\n"
        )

    def test_a_damaged_store(self, tmp_path: Path) -> None:
        (tmp_path / "store.sqlite").write_bytes(b"not a database" * 100)
        done = refused_start("--port", "0", "--data", str(tmp_path))
        assert done.returncode == 5
        assert "file is not a database" in done.stderr
        assert "Traceback" not in done.stderr

    def test_damaged_credentials(self, tmp_path: Path) -> None:
        (tmp_path / "credentials.json").write_text("{}")
        done = refused_start("--port", "0", "--data", str(tmp_path))
        assert done.returncode == 5
        assert f"{tmp_path / 'credentials.json'} is damaged. Delete it" in done.stderr

    @pytest.mark.parametrize("argument", ["--port=70000", "--port=x", "--phase-seconds=-1", "--phase-seconds=nan"])
    def test_senseless_arguments(self, argument: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path / "data"), argument])
        assert ended.value.code == 2
        assert f"argument {argument.partition('=')[0]}: " in capsys.readouterr().err
        assert not (tmp_path / "data").exists()


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_a_signal_ends_it_in_order(self, tmp_path: Path, number: signal.Signals) -> None:
        with run_server(tmp_path) as running:
            running.process.send_signal(number)
            assert running.process.wait(WAIT_SECONDS) == 0
        assert not (tmp_path / "server.json").exists()

    def test_the_end_of_stdin_ends_it(self, tmp_path: Path) -> None:
        with run_server(tmp_path) as running:
            assert running.process.stdin is not None
            running.process.stdin.close()
            assert running.process.wait(WAIT_SECONDS) == 0

    def test_an_open_connection_does_not_keep_it(self, tmp_path: Path) -> None:
        with run_server(tmp_path) as running, socket.create_connection(("127.0.0.1", running.port)) as idle:
            idle.sendall(b"POST / HTTP/1.1\r\nHost:")
            running.process.terminate()
            assert running.process.wait(WAIT_SECONDS) == 0


class TestConnection:
    def test_a_waiting_body_is_asked_for(self, server: LocalServer) -> None:
        body = b"Action=GetCallerIdentity"
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: {server.authorization('sts')}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS) as connection:
            connection.sendall(head.encode())
            assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200

    def test_answers_on_a_kept_connection_do_not_wait_for_acknowledgements(self, server: LocalServer) -> None:
        headers = {"Authorization": server.authorization("sts"), "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            connection.request("POST", "/", b"Action=GetCallerIdentity", headers)
            assert connection.getresponse().read()
            seconds.append(time.perf_counter() - start)
        connection.close()
        assert min(seconds[1:]) < 0.035, "a delayed acknowledgement takes 0.04 s, a busy machine spares one of four"

    def test_a_client_that_hangs_up_leaves_no_traceback(self, tmp_path: Path) -> None:
        command = [*COMMAND, "--port", "0", "--data", str(tmp_path), "--die-with-stdin"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            url, key, *_ = (process.stdout.readline().rstrip("\n").partition("=")[2] for _ in range(4))
            port = int(url.rpartition(":")[2])
            head = (
                f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Amz-Target: SageMaker.AddTags\r\n"
                f"Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/sagemaker/aws4_request\r\n"
                "Content-Length: 1000\r\n\r\n{"
            )
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(head.encode())
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(head.encode().replace(b"1000", b"1"))
            _, stderr = process.communicate(timeout=WAIT_SECONDS)
        assert (process.returncode, stderr) == (0, "")
