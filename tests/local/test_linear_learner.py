"""Linear Learner really trains: as well as scikit-learn does, with the metrics and log lines of its container."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.local.container_runs import Host, Split, bundled, csv, run, start
from tui.local.algorithms.linear_learner_model import LinearModel

REGRESSOR = {"predictor_type": "regressor"}
BINARY = {"predictor_type": "binary_classifier"}
MULTICLASS = {"predictor_type": "multiclass_classifier", "num_classes": 3}
HOSTS = ("algo-1", "algo-2")


def learn(root: Path, hyperparameters: dict[str, Any], data: Any, **rest: Any) -> Host:
    host = run(root, "linear-learner", "1", hyperparameters, data=data, **rest)
    assert host.process.exitcode == 0, host.lines
    return host


def model_of(host: Host) -> LinearModel:
    return LinearModel.load(host.root / "model" / "model_algo-1")


def last(host: Host) -> dict[str, float]:
    return {name: values[-1] for name, values in host.metrics().items()}


@pytest.mark.parametrize("batch", [1000, 100])
def test_a_regressor_is_as_good_as_ridge(tmp_path: Path, batch: int) -> None:
    split = bundled("diabetes")
    host = learn(tmp_path, {**REGRESSOR, "mini_batch_size": batch}, split.channels)
    ridge = make_pipeline(StandardScaler(), Ridge()).fit(split.train_x, split.train_y)
    reference = sklearn_metrics.mean_squared_error(split.validation_y, ridge.predict(split.validation_x))
    predicted = model_of(host).predict(split.validation_x)
    mse = sklearn_metrics.mean_squared_error(split.validation_y, predicted)
    assert mse < 1.02 * reference
    logged = last(host)
    assert logged["validation:mse"] == pytest.approx(mse, rel=1e-4)
    assert logged["validation:objective_loss:final"] == pytest.approx(mse, rel=1e-4)
    assert logged["validation:rmse"] == pytest.approx(mse**0.5, rel=1e-4)
    assert logged["validation:absolute_loss"] == pytest.approx(
        sklearn_metrics.mean_absolute_error(split.validation_y, predicted), rel=1e-4
    )


def test_without_regularisation_and_epochs_enough_it_finds_least_squares(tmp_path: Path) -> None:
    split = bundled("diabetes")
    exact = {"num_models": 1, "wd": 0, "l1": 0, "epochs": 40, "early_stopping_patience": 40}
    host = learn(tmp_path, {**REGRESSOR, **exact}, {"train": split.channels["train"]})
    features = np.column_stack([split.train_x, np.ones(len(split.train_y))])
    solution, *_ = np.linalg.lstsq(features, split.train_y, rcond=None)
    least = float(np.mean((features @ solution - split.train_y) ** 2))
    assert last(host)["train:mse"] == pytest.approx(least, rel=0.005)


def test_a_binary_classifier_is_as_good_as_logistic_regression(tmp_path: Path) -> None:
    split = bundled("breast_cancer")
    host = learn(tmp_path, BINARY, split.channels)
    reference = make_pipeline(StandardScaler(), LogisticRegression()).fit(split.train_x, split.train_y)
    model = model_of(host)
    probability = model.predict(split.validation_x)
    label = model.classify(probability)
    truth = split.validation_y
    assert np.mean(label == truth) >= reference.score(split.validation_x, truth) - 0.01
    expected = {
        "validation:binary_classification_accuracy": sklearn_metrics.accuracy_score(truth, label),
        "validation:binary_f_beta": sklearn_metrics.f1_score(truth, label),
        "validation:precision": sklearn_metrics.precision_score(truth, label),
        "validation:recall": sklearn_metrics.recall_score(truth, label),
        "validation:roc_auc_score": sklearn_metrics.roc_auc_score(truth, probability),
        "validation:objective_loss:final": sklearn_metrics.log_loss(truth, probability.astype(np.float64)),
    }
    logged = last(host)
    assert {name: logged[name] for name in expected} == pytest.approx(expected, abs=1e-4)


def test_a_multiclass_classifier_is_as_good_as_logistic_regression(tmp_path: Path) -> None:
    split = bundled("wine")
    host = learn(tmp_path, MULTICLASS, split.channels)
    reference = make_pipeline(StandardScaler(), LogisticRegression()).fit(split.train_x, split.train_y)
    model = model_of(host)
    probabilities = model.predict(split.validation_x)
    accuracy = float(np.mean(model.classify(probabilities) == split.validation_y))
    assert probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert accuracy >= reference.score(split.validation_x, split.validation_y) - 0.02
    logged = last(host)
    assert logged["validation:multiclass_accuracy"] == pytest.approx(accuracy)
    assert logged["validation:multiclass_top_k_accuracy"] == 1.0
    assert logged["validation:macro_recall"] == pytest.approx(
        sklearn_metrics.recall_score(split.validation_y, model.classify(probabilities), average="macro")
    )


def test_the_threshold_follows_the_selection_criterion(tmp_path: Path) -> None:
    split = _noisy()
    scores = {}
    for criterion in ("accuracy", "precision_at_target_recall", "recall_at_target_precision"):
        hyperparameters = {
            **BINARY,
            "binary_classifier_model_selection_criteria": criterion,
            "target_recall": 0.95,
            "target_precision": 0.95,
        }
        scores[criterion] = last(learn(tmp_path / criterion, hyperparameters, split.channels))
    assert scores["precision_at_target_recall"]["validation:recall"] >= 0.95
    assert scores["accuracy"]["validation:recall"] < 0.95
    assert scores["recall_at_target_precision"]["validation:precision"] >= 0.95
    best = max(score["validation:binary_classification_accuracy"] for score in scores.values())
    assert scores["accuracy"]["validation:binary_classification_accuracy"] == best


def _noisy() -> Split:
    random = np.random.default_rng(3)
    features = random.normal(size=(600, 4)).astype(np.float32)
    labels = (features[:, 0] + random.normal(size=600) > 0).astype(np.float32)
    return Split(features[:400], labels[:400], features[400:], labels[400:])


def test_positive_examples_can_count_more(tmp_path: Path) -> None:
    split = _noisy()
    plain = {**BINARY, "binary_classifier_model_selection_criteria": "loss_function"}
    usual = last(learn(tmp_path / "usual", plain, split.channels))
    weighted = last(learn(tmp_path / "weighted", {**plain, "positive_example_weight_mult": 10}, split.channels))
    assert weighted["validation:recall"] > usual["validation:recall"] + 0.1


@pytest.mark.parametrize(
    "hyperparameters",
    [
        {**REGRESSOR, "loss": "absolute_loss"},
        {**REGRESSOR, "loss": "huber_loss"},
        {**REGRESSOR, "loss": "quantile_loss", "quantile": 0.5},
        {**REGRESSOR, "loss": "eps_insensitive_squared_loss"},
        {**REGRESSOR, "loss": "eps_insensitive_absolute_loss"},
        {**REGRESSOR, "optimizer": "sgd", "learning_rate": 0.05},
        {**REGRESSOR, "optimizer": "rmsprop"},
        {**REGRESSOR, "normalize_label": "false", "learning_rate": 1},
        {**REGRESSOR, "wd": 0.01, "l1": 0.001, "num_models": 4, "init_method": "normal"},
    ],
)
def test_every_loss_and_optimizer_of_a_regressor_learns(tmp_path: Path, hyperparameters: dict[str, Any]) -> None:
    split = bundled("diabetes")
    logged = last(learn(tmp_path, hyperparameters, split.channels))
    assert logged["validation:mse"] < 0.65 * float(np.mean((split.validation_y - split.train_y.mean()) ** 2))


def test_hinge_loss_learns(tmp_path: Path) -> None:
    logged = last(learn(tmp_path, {**BINARY, "loss": "hinge_loss"}, bundled("breast_cancer").channels))
    assert logged["validation:binary_classification_accuracy"] > 0.93


def test_without_a_bias_the_model_goes_through_the_origin(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    data = {"train": csv(features, 3 * features[:, 0] - features[:, 1])}
    model = model_of(learn(tmp_path, {**REGRESSOR, "use_bias": "false", "epochs": 30}, data))
    assert model.bias.tolist() == [0.0]
    assert model.weights[:, 0] == pytest.approx([3.0, -1.0], abs=0.05)


def test_training_is_reproducible(tmp_path: Path) -> None:
    data = bundled("diabetes").channels
    first, again = (model_of(learn(tmp_path / name, REGRESSOR, data)) for name in ("first", "again"))
    assert first.weights.tolist() == again.weights.tolist()


def test_the_log_of_the_container(tmp_path: Path) -> None:
    host = learn(tmp_path, {**REGRESSOR, "num_models": 2, "epochs": 2}, bundled("diabetes").channels)
    stamp = r"\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d (INFO|WARNING) \d+\] "
    number = r"\d+(\.\d+)?"
    patterns = [
        r"Docker entrypoint called with argument\(s\): train",
        "Running default environment configuration script",
        stamp + r"Reading default configuration from /opt/amazon/lib/.*/default-input\.json: \{'.*'epochs': '15'.*\}",
        stamp + r"Reading provided configuration from /opt/ml/input/config/hyperparameters\.json: "
        r"\{'predictor_type': 'regressor', 'num_models': '2', 'epochs': '2'\}",
        stamp + r"Final configuration: \{.*'epochs': '2'.*\}",
        stamp + r"Loggers have already been setup\.",
        r"Process 1 is a worker\.",
        stamp + r"Using default worker\.",
    ]
    for epoch in range(2):
        for channel in ("train", "validation"):
            patterns += [r"#metrics \{.*\}"] * 2
            patterns.append(
                stamp + rf"#quality_metric: host=algo-1, epoch={epoch}, {channel} mse_objective <loss>={number}"
            )
        patterns += [
            stamp
            + rf"#early_stopping_criteria_metric: host=algo-1, epoch={epoch}, criteria=mse_objective, value={number}",
            stamp + rf"Epoch {epoch}: Loss (improved\. Updating best model|has not improved for \d+ epochs\.)",
            stamp + rf"#progress_metric: host=algo-1, completed {50 * (epoch + 1)} % of epochs",
            stamp + rf"#throughput_metric: host=algo-1, train throughput={number} records/second",
        ]
    patterns.append(stamp + "wait_for_all_workers will not sync workers since the kv store is not running distributed")
    names = ("mse_objective", "mse", "absolute_loss", "rmse", "r2", "mae")
    for channel in ("train", "validation"):
        patterns += [stamp + rf"#{channel}_score \(algo-1\) : \('{name}', {number}\)" for name in names]
        patterns += [
            stamp + rf"#quality_metric: host=algo-1, {channel} {name} <{'score' if name == 'r2' else 'loss'}>={number}"
            for name in names
        ]
    patterns += [
        stamp + r'Best model found for hyperparameters: \{"optimizer": "adam", "learning_rate": .*\}',
        stamp + 'Saved checkpoint to "/tmp/.*/mx-mod-0000.params"',
        stamp + r"Test data is not provided\.",
        r"#metrics \{.*\}",
    ]
    for line, pattern in zip(host.lines, patterns, strict=False):
        assert re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}"
    assert len(host.lines) == len(patterns), host.lines[len(patterns) :]
    content = json.loads(next(line for line in host.lines if line.startswith("#metrics")).removeprefix("#metrics "))
    assert content["Dimensions"] == {
        "Algorithm": "Linear Learner",
        "Host": "algo-1",
        "Operation": "training",
        "epoch": 0,
        "model": 0,
    }
    assert set(content["Metrics"]["train_mse_objective"]) == {"count", "min", "max", "sum"}


def test_a_test_channel_is_scored_but_not_learnt_from(tmp_path: Path) -> None:
    split = bundled("diabetes")
    with_test = learn(tmp_path / "a", REGRESSOR, {**split.channels, "test": split.channels["validation"]})
    without = learn(tmp_path / "b", REGRESSOR, split.channels)
    assert last(with_test)["test:mse"] == last(with_test)["validation:mse"] == last(without)["validation:mse"]
    assert last(with_test)["test:objective_loss"] == last(with_test)["validation:objective_loss:final"]


def test_it_stops_early_when_the_best_model_no_longer_improves(tmp_path: Path) -> None:
    host = learn(tmp_path, {**REGRESSOR, "epochs": 200}, bundled("diabetes").channels)
    assert any("Early stop condition met. Stopping training." in line for line in host.lines)
    assert len(host.metrics()["train:objective_loss"]) < 100
    assert last(host)["train:progress"] == 100.0


def test_sigterm_saves_the_best_model_so_far(tmp_path: Path) -> None:
    split = bundled("diabetes")
    forever = {**REGRESSOR, "epochs": 1_000_000, "early_stopping_patience": 1_000_000}
    host = start(tmp_path, "linear-learner", "1", forever, split.channels)
    host.wait_for_line("Epoch 2:")
    assert host.process.pid is not None
    os.kill(host.process.pid, signal.SIGTERM)
    assert host.wait() == 0
    predicted = model_of(host).predict(split.validation_x)
    mse = sklearn_metrics.mean_squared_error(split.validation_y, predicted)
    assert last(host)["validation:mse"] == pytest.approx(mse, rel=1e-4)


def test_a_host_that_dies_fails_the_other(tmp_path: Path) -> None:
    forever = {**REGRESSOR, "epochs": 1_000_000, "early_stopping_patience": 1_000_000}
    data = bundled("diabetes").channels
    hosts = [start(tmp_path / host, "linear-learner", "1", forever, data, host=host, hosts=HOSTS) for host in HOSTS]
    hosts[0].wait_for_line("Epoch 2:")
    hosts[1].process.kill()
    assert hosts[0].wait() == 1
    assert hosts[0].failure.endswith("lost during the training: one of them ended.")
    assert not any("site-packages/xgboost" in line for line in hosts[0].lines)
    assert not (hosts[0].root / "model").exists()


@pytest.mark.parametrize(("name", "hyperparameters"), [("diabetes", REGRESSOR), ("breast_cancer", BINARY)])
def test_two_hosts_train_one_model_on_the_rows_of_both(
    tmp_path: Path, name: str, hyperparameters: dict[str, Any]
) -> None:
    split = bundled(name)
    lines = split.channels["train"].splitlines(keepends=True)
    shards = ("".join(lines[:100]), "".join(lines[100:]))
    hosts = [
        start(
            tmp_path / host,
            "linear-learner",
            "1",
            hyperparameters,
            {**split.channels, "train": shard},
            host=host,
            hosts=HOSTS,
        )
        for host, shard in zip(HOSTS, shards, strict=True)
    ]
    assert [host.wait() for host in hosts] == [0, 0], [host.lines[-5:] for host in hosts]
    alone = learn(tmp_path / "alone" / "ml", hyperparameters, split.channels)
    metric = "validation:objective_loss:final"
    assert last(hosts[0])[metric] == last(hosts[1])[metric] == pytest.approx(last(alone)[metric], rel=0.1)
    assert (hosts[0].root / "model" / "model_algo-1").exists()
    assert not (hosts[1].root / "model").exists()
