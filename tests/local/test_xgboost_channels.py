"""XGBoost's channels: files, formats and dialects are read as the container reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.local.container_runs import bundled, csv, run
from tests.local.xgboost_models import REGRESSION, model_of, predictions, rmse, small


def test_several_files_of_a_channel_are_one_data_set(tmp_path: Path) -> None:
    split = bundled("diabetes")
    lines = split.channels["train"].splitlines(keepends=True)
    parts = {f"part-{n}.csv": "".join(lines[n * 100 : (n + 1) * 100]) for n in range(3)}
    parts["part-1.csv"] = parts["part-1.csv"].rstrip("\n")
    short = {**REGRESSION, "num_round": 5}
    whole = run(tmp_path / "whole", "xgboost", "1.7-1", short, data=split.channels)
    divided = run(tmp_path / "parts", "xgboost", "1.7-1", short, data={**split.channels, "train": parts})
    assert divided.metrics() == whole.metrics()
    assert any(line.endswith("Train matrix has 294 rows and 10 columns") for line in divided.lines)


@pytest.mark.parametrize("missing", ["", "nan", "NaN"])
def test_an_empty_cell_is_a_missing_value(tmp_path: Path, missing: str) -> None:
    split = bundled("diabetes")
    holes = split.train_x.copy()
    holes[1::3, 2] = np.nan  # not in the first line, where the container takes letters for a header
    text = csv(holes, split.train_y).replace("nan", missing)
    host = run(tmp_path, "xgboost", "1.7-1", {**REGRESSION, "num_round": 10}, data={"train": text})
    assert host.process.exitcode == 0, host.lines
    assert host.metrics()["train:rmse"][-1] == pytest.approx(rmse(split.train_y, predictions(host, holes)), rel=1e-4)


@pytest.mark.parametrize("dialect", [("\ufeff", "\n", ","), ("", "\r\n", ","), ("", "\n", ";"), ("", "\n", "\t")])
def test_byte_order_mark_line_ends_and_delimiters(tmp_path: Path, dialect: tuple[str, str, str]) -> None:
    mark, end, delimiter = dialect
    text = mark + csv(*small()).replace(",", delimiter).replace("\n", end)
    host = run(tmp_path, "xgboost", "1.7-1", {"num_round": 2}, data={"train": text})
    assert host.process.exitcode == 0, host.lines
    assert any(line.endswith("Train matrix has 40 rows and 3 columns") for line in host.lines)


@pytest.mark.parametrize("content_type", [None, "text/libsvm", "libsvm", "text/x-libsvm"])
def test_libsvm_is_the_default_and_counts_columns_from_zero(tmp_path: Path, content_type: str | None) -> None:
    features, labels = small()
    text = "".join(
        f"{label:.9g} 0:{row[0]:.9g} 1:{row[1]:.9g} 2:{row[2]:.9g}\n"
        for row, label in zip(features, labels, strict=True)
    )
    host = run(tmp_path / "a", "xgboost", "1.7-1", REGRESSION, data={"train": text}, content_type=content_type)
    assert host.process.exitcode == 0, host.lines
    assert host.metrics()["train:rmse"][-1] == pytest.approx(rmse(labels, predictions(host, features)), rel=1e-3)


def test_csv_weights_are_the_second_column(tmp_path: Path) -> None:
    features, labels = small()
    labels[:20] += 100
    weights = np.where(np.arange(40) < 20, 0.0, 1.0)
    text = csv(np.column_stack([weights, features]), labels)
    host = run(tmp_path, "xgboost", "1.7-1", {**REGRESSION, "csv_weights": 1}, data={"train": text})
    assert host.process.exitcode == 0, host.lines
    assert model_of(host).num_features() == 3
    assert float(np.abs(predictions(host, features)).max()) < 20
