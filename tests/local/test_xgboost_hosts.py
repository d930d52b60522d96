"""XGBoost on several hosts: one model of all their rows, and one end for all of them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.local.container_runs import bundled, start
from tests.local.xgboost_models import REGRESSION, model_of, predictions, rmse

HOSTS = ("algo-1", "algo-2")


def _shards(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    return "".join(lines[::2]), "".join(lines[1::2])


def test_two_hosts_train_one_model_on_the_rows_of_both(tmp_path: Path) -> None:
    split = bundled("diabetes")
    shards = zip(HOSTS, _shards(split.channels["train"]), strict=True)
    names = {**REGRESSION, "eval_metric": "rmse,r2"}
    hosts = [
        start(tmp_path / name, "xgboost", "1.7-1", names, {**split.channels, "train": shard}, host=name, hosts=HOSTS)
        for name, shard in shards
    ]
    assert [host.wait() for host in hosts] == [0, 0], [host.lines for host in hosts]
    master, other = hosts
    assert any(line.endswith("Distributed node training with 2 hosts: ['algo-1', 'algo-2']") for line in other.lines)
    error = rmse(split.validation_y, predictions(master, split.validation_x))
    assert master.metrics()["validation:rmse"][-1] == pytest.approx(error, rel=1e-4)
    whole = rmse(split.train_y, predictions(master, split.train_x))
    assert master.metrics()["train:rmse"][-1] == pytest.approx(whole, rel=1e-3)
    assert other.metrics() == {}
    assert not (other.root / "model").exists()


def test_a_host_without_data_stands_aside(tmp_path: Path) -> None:
    split = bundled("diabetes")
    channels: tuple[dict[str, str | dict[str, str | bytes]], ...] = ({"train": split.channels["train"]}, {"train": {}})
    hosts = [
        start(tmp_path / name, "xgboost", "1.7-1", REGRESSION, data, host=name, hosts=HOSTS)
        for name, data in zip(HOSTS, channels, strict=True)
    ]
    assert [host.wait() for host in hosts] == [0, 0], [host.lines for host in hosts]
    assert any("Host algo-2 not being used for distributed training." in line for line in hosts[1].lines)
    assert len(hosts[0].metrics()["train:rmse"]) == 100


def test_a_host_that_fails_fails_the_others_at_once(tmp_path: Path) -> None:
    good, bad = bundled("diabetes").channels["train"], "1,2,3\n4,x,6\n"
    hosts = [
        start(tmp_path / name, "xgboost", "1.7-1", REGRESSION, {"train": text}, host=name, hosts=HOSTS)
        for name, text in zip(HOSTS, (good, bad), strict=True)
    ]
    assert [host.wait() for host in hosts] == [1, 1]
    assert "could not convert string to float: 'x'" in hosts[1].failure
    assert "Host algo-2 failed before the training started" in hosts[0].failure


def test_a_host_that_dies_fails_the_other(tmp_path: Path) -> None:
    split = bundled("diabetes")
    forever = {**REGRESSION, "num_round": 1_000_000}
    hosts = [
        start(tmp_path / name, "xgboost", "1.7-1", forever, split.channels, host=name, hosts=HOSTS) for name in HOSTS
    ]
    hosts[0].wait_for_line("[5]#011")
    hosts[1].process.kill()
    assert hosts[0].wait() == 1
    assert hosts[0].failure.endswith("lost during the training: one of them ended.")
    assert not any("site-packages/xgboost" in line for line in hosts[0].lines)
    assert not (hosts[0].root / "model").exists()


def test_sigterm_at_one_of_two_hosts_ends_both_after_the_same_round(tmp_path: Path) -> None:
    split = bundled("diabetes")
    forever = {**REGRESSION, "num_round": 1_000_000}
    hosts = [
        start(tmp_path / name, "xgboost", "1.7-1", forever, {"train": shard}, host=name, hosts=HOSTS)
        for name, shard in zip(HOSTS, _shards(split.channels["train"]), strict=True)
    ]
    hosts[0].wait_for_line("[5]#011")
    assert hosts[1].process.pid is not None
    os.kill(hosts[1].process.pid, signal.SIGTERM)
    assert [host.wait() for host in hosts] == [0, 0], [host.lines[-5:] for host in hosts]
    assert model_of(hosts[0]).num_boosted_rounds() == len(hosts[0].metrics()["train:rmse"])
