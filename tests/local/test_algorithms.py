"""The parts below the two algorithms: metrics, files, the fork server's imports."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from sklearn.datasets import load_svmlight_file

from tests.local.container_runs import bundled, run
from tui.local.algorithms import PRELOAD
from tui.local.algorithms.container import run as run_container
from tui.local.algorithms.dataset import UnreadableRowsError, read_csv, read_libsvm
from tui.local.algorithms.libsvm import read_libsvm_file
from tui.local.algorithms.metrics import Confusion, r2, roc_auc
from tui.local.algorithms.recordio import read_recordio


@pytest.mark.parametrize("classes", [2, 4])
def test_confusion_counts_as_scikit_learn_does(classes: int) -> None:
    random = np.random.default_rng(classes)
    truth = random.integers(0, classes, 200)
    guess = np.where(random.random(200) < 0.7, truth, random.integers(0, classes, 200))
    confusion = Confusion.of(truth, guess)
    assert confusion.accuracy() == pytest.approx(sklearn_metrics.accuracy_score(truth, guess))
    assert confusion.balanced_accuracy() == pytest.approx(sklearn_metrics.balanced_accuracy_score(truth, guess))
    for average in ("macro", "micro", "binary") if classes == 2 else ("macro", "micro"):
        precision = sklearn_metrics.precision_score(truth, guess, average=average)
        recall = sklearn_metrics.recall_score(truth, guess, average=average)
        assert confusion.precision(average) == pytest.approx(precision)
        assert confusion.recall(average) == pytest.approx(recall)
        for beta in (0.5, 1.0, 2.0):
            expected = sklearn_metrics.fbeta_score(truth, guess, beta=beta, average=average)
            assert confusion.f_beta(beta, average) == pytest.approx(expected)


def test_nothing_predicted_positive_is_precision_zero() -> None:
    confusion = Confusion.of(np.array([0, 1, 1]), np.array([0, 0, 0]))
    assert (confusion.precision(), confusion.recall(), confusion.f_beta()) == (0.0, 0.0, 0.0)


def test_roc_auc_and_r2_are_scikit_learns_ties_included() -> None:
    random = np.random.default_rng(0)
    labels, scores = random.integers(0, 2, 300), random.integers(0, 20, 300) / 20
    assert roc_auc(labels, scores) == pytest.approx(sklearn_metrics.roc_auc_score(labels, scores))
    assert roc_auc(np.ones(3), np.arange(3)) == 0.5
    assert r2(scores, scores + 0.1) == pytest.approx(sklearn_metrics.r2_score(scores, scores + 0.1))


def test_csv_cells_are_read_to_the_last_digit_of_a_float32(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(2500, 4)).astype(np.float32)
    path = tmp_path / "data.csv"
    path.write_text("\n".join(",".join(f"{v:.9g}" for v in row) for row in values), "utf-8")
    data = read_csv([path])
    assert (data.labels == values[:, 0]).all()
    assert (np.asarray(data.features) == values[:, 1:]).all()


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2,3\n", "utf-8")
    (tmp_path / "b.csv").write_text("1,2\n", "utf-8")
    with pytest.raises(UnreadableRowsError, match="Expected 3 fields in line 1, saw 2"):
        read_csv([tmp_path / "a.csv", tmp_path / "b.csv"])


def test_ten_thousand_columns_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(",".join(["1.5"] * 10_001) for _ in range(20)), "utf-8")
    data = read_csv([path])
    assert (data.rows, data.columns) == (20, 10_000)


def test_libsvm_files_get_the_width_of_the_widest(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1 0:2 3:4\n", "utf-8")
    (tmp_path / "b").write_text("-1 1:5\n", "utf-8")
    data = read_libsvm([tmp_path / "a", tmp_path / "b"])
    assert data.labels.tolist() == [1.0, -1.0]
    assert data.features.toarray().tolist() == [[2.0, 0.0, 0.0, 4.0], [0.0, 5.0, 0.0, 0.0]]  # type: ignore[union-attr]


_NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(_NUMBERS, st.dictionaries(st.integers(0, 50), _NUMBERS, max_size=8)), max_size=10))
def test_libsvm_is_read_as_scikit_learn_reads_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, dict[int, float]]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.libsvm"
    lines = (" ".join([f"{label!r}", *(f"{key}:{cells[key]!r}" for key in sorted(cells))]) for label, cells in rows)
    path.write_text("# rows\n\n" + "".join(f"{line} # {number}\r\n" for number, line in enumerate(lines)), "utf-8")
    features, labels = read_libsvm_file(path)
    expected, expected_labels = load_svmlight_file(path, dtype=np.float32, zero_based=True)
    assert features.toarray().tolist() == expected.toarray().tolist()
    assert labels.tolist() == expected_labels.astype(np.float32).tolist()


@pytest.mark.parametrize(
    "line", ["x 0:1", "1 0:x", "1 a:2", "1 -1:2", "1 3:1 2:1", "1 2:1 2:1", "1 5", "1:0.5 0:1", "1,2,3", "1 qid 0:1"]
)
def test_what_is_not_libsvm_is_refused_in_the_words_of_scikit_learn(tmp_path: Path, line: str) -> None:
    (tmp_path / "a").write_text(line, "utf-8")
    with pytest.raises(ValueError, match=r"\w") as expected:
        load_svmlight_file(tmp_path / "a", dtype=np.float32, zero_based=True)
    with pytest.raises(UnreadableRowsError) as refused:
        read_libsvm([tmp_path / "a"])
    assert refused.value.reason == str(expected.value)


def test_a_column_beyond_what_a_matrix_holds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1 99999999999:2", "utf-8")
    with pytest.raises(UnreadableRowsError, match="Invalid index 99999999999"):
        read_libsvm([tmp_path / "a"])


@pytest.mark.parametrize("module", ["tui.local.algorithms.xgboost_training", "tui.local.algorithms.xgboost_inference"])
def test_a_host_does_without_scikit_learn(module: str) -> None:
    code = f"import sys, tui.local.algorithms.lean_xgboost, {module}; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def _field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def _record(values: list[float], label: float, keys: list[int] | None = None, width: int = 0) -> bytes:
    """One record, as the SDK's `write_numpy_to_dense_tensor` and `write_spmatrix_to_sparse_tensor` lay it out."""
    tensor = _field(1, struct.pack(f"<{len(values)}f", *values))
    if keys is not None:
        tensor += _field(2, bytes(keys)) + _field(3, bytes([width]))
    message = _field(1, _field(1, b"values") + _field(2, _field(2, tensor)))
    message += _field(2, _field(1, b"values") + _field(2, _field(2, _field(1, struct.pack("<f", label)))))
    return struct.pack("<II", 0xCED7230A, len(message)) + message + b"\0" * (-len(message) % 4)


def test_recordio_protobuf_dense_and_sparse(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(_record([1.5, 2.5, 3.5], 1) + _record([7.0], 0, keys=[2], width=3))
    data = read_recordio([path])
    assert data.labels.tolist() == [1.0, 0.0]
    assert np.asarray(data.features).tolist() == [[1.5, 2.5, 3.5], [0.0, 0.0, 7.0]]


@pytest.mark.parametrize("content", [b"1,2,3\n4,5,6\n", _record([1.0], 1)[:-6], b"\xce"])
def test_what_is_not_recordio_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data"
    path.write_bytes(content)
    with pytest.raises(UnreadableRowsError, match="not a recordio-protobuf record"):
        read_recordio([path])


def test_linear_learner_reads_recordio_by_default(tmp_path: Path) -> None:
    split = bundled("diabetes")
    data = {
        "train": b"".join(map(_example, split.train_x, split.train_y)),
        "validation": b"".join(map(_example, split.validation_x, split.validation_y)),
    }
    hyperparameters = {"predictor_type": "regressor"}
    binary = run(tmp_path / "a", "linear-learner", "1", hyperparameters, data=data, content_type=None)
    text = run(tmp_path / "b", "linear-learner", "1", hyperparameters, data=split.channels)
    assert binary.process.exitcode == 0, binary.lines
    assert binary.metrics()["validation:mse"] == pytest.approx(text.metrics()["validation:mse"], rel=1e-5)


def _example(features: Any, label: Any) -> bytes:
    return _record([float(value) for value in features], float(label))


def test_an_image_that_is_not_built_in_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the image of a built-in algorithm"):
        run_container(tmp_path, "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1")


def test_what_the_fork_server_preloads_starts_no_computing_threads() -> None:
    code = (
        f"import importlib, pathlib; [importlib.import_module(m) for m in {PRELOAD!r}];"
        "print(*(p.joinpath('comm').read_text().strip() for p in pathlib.Path('/proc/self/task').iterdir()), sep=',')"
    )
    if not Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    names = output.stdout.strip().split(",")
    assert set(names[1:]) <= {"jemalloc_bg_thd"}, names
