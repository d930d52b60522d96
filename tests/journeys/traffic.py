"""Endpoints that a journey finds in service, and a data set to judge them by."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.local import container_runs
from tests.local.endpoints import BUCKET, LINEAR_MODEL, MODEL, make_endpoint, make_models, model, variant
from tests.local.server import run_server
from tests.local.training import regression_csv
from tests.panes.scripted import uploaded
from tui.local.jobs.artifacts import write_archive

NARROW_MODEL = "endpoint-narrow"
"""A model of one feature, which answers rows of two with an error."""

DATA_BUCKET = "sagemaker-us-east-1-123456789012"
TEST_ROWS = 300


@pytest.fixture(scope="session")
def served_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an embedded SageMaker with the endpoints `shop` and `risky`; to be copied, never used."""
    data = tmp_path_factory.mktemp("served") / "data"
    with run_server(data) as server:
        make_models(server)
        s3 = server.client("s3")
        s3.put_object(Bucket=BUCKET, Key=f"{NARROW_MODEL}/model.tar.gz", Body=_narrow_artifact())
        server.client("sagemaker").create_model(**model(NARROW_MODEL))
        make_endpoint(server, "shop", variant("XGB"), variant("Linear", LINEAR_MODEL))
        make_endpoint(server, "risky", variant("Old", MODEL), variant("Narrow", NARROW_MODEL, InitialVariantWeight=0))
        s3.create_bucket(Bucket=DATA_BUCKET)
        for key, body in _dataset().items():
            s3.put_object(Bucket=DATA_BUCKET, Key=f"datasets/toy/{key}", Body=body)
    return data


@pytest.fixture
def served_folder(folder: Path, served_before: Path) -> Path:
    """A journey's folder whose embedded SageMaker serves `shop` and `risky`."""
    shutil.copytree(served_before, folder / "data")
    return folder


def within_binomial_bounds(count: int, total: int, share: float) -> bool:
    """Whether so many of a total are what a share gives, within five standard deviations."""
    return bool(abs(count - share * total) <= 5 * (total * share * (1 - share)) ** 0.5)


def _narrow_artifact() -> bytes:
    numbers = random.Random(3)
    rows = [[numbers.random() for _ in range(2)] for _ in range(60)]
    data = "\n".join(",".join(f"{cell:.5f}" for cell in row) for row in rows).encode()
    with tempfile.TemporaryDirectory(prefix="narrow-") as name:
        folder = Path(name)
        hyperparameters = {"objective": "reg:squarederror", "num_round": 2}
        host = container_runs.run(folder / "run", "xgboost", "1.7-1", hyperparameters, data={"train": data})
        assert host.process.exitcode == 0, host.lines
        write_archive(folder / "run" / "model", folder / "model.tar.gz")
        return (folder / "model.tar.gz").read_bytes()


def _dataset() -> dict[str, bytes]:
    """The files of a data set as sagedeck uploads them, as far as a test split goes."""
    lines = [line.split(b",", 1) for line in regression_csv(TEST_ROWS, seed=11).splitlines()]
    manifest = uploaded(
        "toy", label="y", columns=("y", "a", "b"), rows={"train": 0, "validation": 0, "test": TEST_ROWS}
    )
    return {
        "manifest.json": manifest.manifest.to_json().encode(),
        "test/test.csv": b"\n".join(features for _, features in lines) + b"\n",
        "test/test-labels.csv": b"\n".join(label for label, _ in lines) + b"\n",
    }
