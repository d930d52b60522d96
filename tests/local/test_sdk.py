"""The SageMaker SDK as an outside client, from training to predictions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local import sdk_road
from tests.local.server import LocalServer
from tests.local.training import BUCKET, XGBOOST, describe, role_arn, upload_data
from tests.local.tuning import children

_DEADLINE_SECONDS = 300

_CONFIG = """
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


@pytest.mark.slow
def test_the_sagemaker_sdk(server: LocalServer, tmp_path: Path) -> None:
    upload_data(server)
    (tmp_path / "config.yaml").write_text(_CONFIG)
    exports = dict(line.removeprefix("export ").split("=", 1) for line in server.exports.splitlines())
    done = subprocess.run(
        [sys.executable, sdk_road.__file__, BUCKET, XGBOOST, role_arn()],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "SAGEMAKER_USER_CONFIG_OVERRIDE": str(tmp_path / "config.yaml"),
            "SAGEMAKER_VALIDATE_ROLE": "false",  # it would ask the real STS, whatever the endpoint URL
            **exports,
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert "asked for " not in done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert (seen["training"], seen["tuning"]) == ("Completed", "Completed")
    best = describe(server, seen["best"])
    assert best["TuningJobArn"].endswith(":hyper-parameter-tuning-job/sdk-tuning")
    assert seen["best"] in [child["TrainingJobName"] for child in children(server, "sdk-tuning")]
    answered, transformed = ([float(line) for line in seen[name].split()] for name in ("answer", "output"))
    assert len(answered) == 2
    assert transformed == pytest.approx(answered)
