"""The models behind endpoints: what loads and what does not, switches under load, and what kills the model host."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.serving import BUCKET, IMAGES, Stage, open_stage
from tests.waiting import DEADLINE_SECONDS, until
from tui.local.serving.fleet import LoadFailed
from tui.local.serving.link import HostLost
from tui.local.serving.model_host import ModelHost

NO_PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("fleet")) as opened:
        yield opened


def _failure(stage: Stage, endpoint: str, **members: Any) -> str:
    with pytest.raises(LoadFailed) as caught:
        stage.load(endpoint, "AllTraffic", **members)
    return str(caught.value)


def _unpacked(stage: Stage) -> set[Path]:
    return set((stage.folder / "serving").glob("*"))


class TestLoad:
    def test_a_folder_for_as_long_as_it_is_loaded(self, stage: Stage) -> None:
        before = _unpacked(stage)
        model = stage.load("folder", "AllTraffic")
        [folder] = _unpacked(stage) - before
        assert [path.name for path in folder.iterdir()] == ["xgboost-model"]
        stage.hosting.fleet.unload(model)
        assert _unpacked(stage) == before

    def test_an_uncompressed_artifact(self, stage: Stage) -> None:
        with tarfile.open(fileobj=stage.objects.open(BUCKET, "xgboost.tar.gz")) as archive:
            member = archive.extractfile("xgboost-model")
            assert member is not None
            stage.objects.put(BUCKET, "plain/model/xgboost-model", [member.read()])
        model = stage.load("plain", "AllTraffic", model_data_url=f"s3://{BUCKET}/plain/model/", compressed=False)
        stage.serve("plain", {"AllTraffic": 1.0}, AllTraffic=model)
        assert stage.invoke("plain")["InvokedProductionVariant"] == "AllTraffic"

    @pytest.mark.parametrize("bucket", [BUCKET, "no-such-bucket"])
    def test_no_artifact(self, stage: Stage, bucket: str) -> None:
        before = _unpacked(stage)
        url = f"s3://{bucket}/absent/model.tar.gz"
        assert _failure(stage, "absent", model_data_url=url) == (
            f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that there is '
            "an object located at the URL and that the role passed to CreateModel has permissions to download the "
            "object."
        )
        assert _unpacked(stage) == before

    @pytest.mark.parametrize("name", ["text", "traversal"])
    def test_no_archive(self, stage: Stage, name: str) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.addfile(tarfile.TarInfo("../escaped"))
        stage.objects.put(BUCKET, f"bad/{name}", [b"no archive" if name == "text" else packed.getvalue()])
        url = f"s3://{BUCKET}/bad/{name}"
        assert _failure(stage, "bad", model_data_url=url) == (
            f'Failed to extract model data archive for container "container_1" from URL "{url}". Please ensure that '
            "the object located at the URL is a valid tar.gz archive."
        )
        assert not (stage.folder / "serving" / "escaped").exists()

    def test_an_artifact_of_another_algorithm(self, stage: Stage) -> None:
        before = _unpacked(stage)
        assert _failure(stage, "other", model_data_url=f"s3://{BUCKET}/linear-learner.tar.gz") == NO_PING
        assert _unpacked(stage) == before
        until(lambda: stage.log_lines("other", "AllTraffic/i-"), "the log of the container")

    def test_no_artifact_at_all(self, stage: Stage) -> None:
        assert _failure(stage, "empty", model_data_url=None) == NO_PING

    def test_a_foreign_image(self, stage: Stage) -> None:
        image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
        assert _failure(stage, "foreign", image=image) == (
            f"The image {image} of production variant AllTraffic cannot run here: the embedded SageMaker serves models "
            "of the built-in algorithms XGBoost and Linear Learner only."
        )

    def test_its_log_stream(self, stage: Stage) -> None:
        model = stage.load("logged", "AllTraffic")
        assert len(model.log_stream) == len("AllTraffic/i-") + 17
        stage.serve("logged", {"AllTraffic": 1.0}, AllTraffic=model)
        stage.invoke("logged")
        lines = until(
            lambda: stage.log_lines("logged"),
            "the invocation in the log",
            holds=lambda found: "POST /invocations" in " ".join(found),
        )
        assert lines == stage.log_lines("logged", model.log_stream)


class _Load:
    """Clients that invoke an endpoint from several threads, without retries, until told to stop."""

    def __init__(self, stage: Stage, endpoint: str) -> None:
        self.answers: list[str] = []
        self.errors: list[Exception] = []
        self._stage = stage
        self._endpoint = endpoint
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(4)]
        self._clients = [stage.new_client() for _ in self._threads]

    def _run(self) -> None:
        client = self._clients.pop()
        while not self._over.is_set():
            try:
                answer = client.invoke_endpoint(EndpointName=self._endpoint, ContentType="text/csv", Body=b"0.5,0.5")
                answer["Body"].read()
            except Exception as error:  # noqa: BLE001  # every one is looked at
                self.errors.append(error)
            else:
                self.answers.append(answer["InvokedProductionVariant"])

    def more(self, count: int = 20) -> None:
        """Let it go on until so many more requests have been answered."""
        reached = len(self.answers) + count
        until(lambda: len(self.answers) >= reached, f"{count} more answers")

    def __enter__(self) -> _Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_not_one_request_fails_while_models_are_switched(stage: Stage) -> None:
    names = [f"V{number}" for number in range(5)]
    current = stage.serve("switched", {"V": 1.0})["V"]
    with _Load(stage, "switched") as load:
        for name in names:
            load.more()
            following = stage.load("switched", name)
            stage.serve("switched", {name: 1.0}, **{name: following})
            stage.hosting.fleet.unload(current)
            seen = len(load.answers)
            load.more()
            current = following
            since = Counter(load.answers[seen:])
            # The four requests that were under way when the switch came may still be the old model's.
            assert since.total() - since[name] <= 4, since
    assert load.errors == []
    assert set(load.answers) == {"V", *names}


def _kill_host(stage: Stage) -> None:
    pid = stage.hosting.fleet.host_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: stage.hosting.fleet.host_pid not in (pid, None), "another host")


class TestHost:
    def test_killed_under_load(self, stage: Stage) -> None:
        stage.serve("killed", {"A": 1.0, "B": 1.0}, B=stage.load("killed", "B", "linear-learner"))
        pid = stage.hosting.fleet.host_pid
        assert pid is not None
        with _Load(stage, "killed") as load:
            load.more()
            os.kill(pid, signal.SIGKILL)
            load.more(100)
        assert not psutil.pid_exists(pid)
        assert stage.hosting.fleet.host_pid != pid
        assert len(load.errors) <= 4, "only what was under way"
        for error in load.errors:
            assert isinstance(error, ClientError)
            assert error.response["Error"]["Code"] == "ModelError"
            assert error.response["OriginalStatusCode"] == 502
            assert error.response["OriginalMessage"] == (
                "The process that holds the models of all endpoints was killed. It is started again."
            )
        assert set(load.answers[-80:]) == {"A", "B"}
        text = "The process that holds the models of all endpoints ended with signal 9."
        until(lambda: sum(text in line for line in stage.log_lines("killed")) == 2, "a word in both logs")

    def test_killed_at_rest(self, stage: Stage) -> None:
        stage.serve("rested", {"A": 1.0})
        _kill_host(stage)
        assert stage.invoke("rested")["InvokedProductionVariant"] == "A"

    def test_a_model_that_cannot_be_loaded_again(self, stage: Stage) -> None:
        stage.serve("damaged", {"A": 1.0})
        stage.serve("sound", {"A": 1.0})
        [model] = [model for model in stage.hosting.fleet.models() if model.spec.endpoint == "damaged"]
        (model.folder / "xgboost-model").write_bytes(b"damaged")
        _kill_host(stage)
        assert stage.invoke("sound")["InvokedProductionVariant"] == "A"
        with pytest.raises(ClientError) as caught:
            stage.invoke("damaged")
        assert caught.value.response["OriginalStatusCode"] == 502
        assert "could not be loaded again" in caught.value.response["OriginalMessage"]
        until(lambda: "could not be loaded again" in " ".join(stage.log_lines("damaged")), "a word in the log")
        stage.hosting.router.remove("damaged")
        stage.hosting.fleet.unload(model)

    def test_it_has_the_threads_it_needs_and_a_session_of_its_own(self, stage: Stage) -> None:
        stage.serve("session", {"A": 1.0})
        pid = stage.hosting.fleet.host_pid
        assert pid is not None
        assert os.getsid(pid) == pid
        assert psutil.Process(pid).environ()["OMP_NUM_THREADS"] == "1"
        assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0), "not niced"

    def test_nothing_waits_for_a_host_that_is_closed(self, tmp_path: Path) -> None:
        host = ModelHost(lambda _number, _lines: None)
        host.start()
        outcome: list[str] = []

        def load() -> None:
            with pytest.raises(HostLost) as caught:
                host.load(1, tmp_path, IMAGES["xgboost"], {})
            outcome.append(str(caught.value))

        loading = threading.Thread(target=load, daemon=True)
        loading.start()
        until(lambda: host.pid, "the process of the host")
        pid = host.pid
        assert pid is not None
        host.close()
        loading.join(DEADLINE_SECONDS)
        assert len(outcome) == 1
        assert not psutil.pid_exists(pid)
        with pytest.raises(HostLost, match="The server stops"):
            host.load(2, tmp_path, IMAGES["xgboost"], {})
        with pytest.raises(HostLost, match="The server stops"):
            asyncio.run(host.invoke(1, b"", "text/csv", ""))
