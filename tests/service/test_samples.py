"""The three samples are real files that can be split as they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.resources.samples import SAMPLES, Sample
from tui.resources.split_plans import default_plan
from tui.service.worker.csv_inspection import inspect_csv
from tui.service.worker.samples import write_sample
from tui.service.worker.splitting import split_csv

ROWS = {"diabetes": 442, "breast-cancer": 569, "wine": 178}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_understood_and_split_without_a_question(tmp_path: Path, sample: Sample) -> None:
    path = write_sample(ScriptedContext(), sample.name, str(tmp_path / "samples"))
    report = inspect_csv(ScriptedContext(), path)
    assert (report.label, report.task, report.row_count) == (sample.label, sample.task, ROWS[sample.name])
    assert not report.errors
    manifest = split_csv(ScriptedContext(), path, default_plan(report), str(tmp_path / "out")).manifest
    assert sum(manifest.rows.values()) == ROWS[sample.name]
    assert len(manifest.columns) == len(report.columns)
    assert [entry.name for entry in (tmp_path / "samples").iterdir()] == [f"{sample.name}.csv"]


def test_diabetes_has_its_measurements_unscaled(tmp_path: Path) -> None:
    path = Path(write_sample(ScriptedContext(), "diabetes", str(tmp_path)))
    header, first = path.read_text().split("\n")[:2]
    assert header == "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression"
    assert first == "59,2,32.1,101,157,93.2,38,4,4.8598,87,151"


def test_an_unknown_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There are diabetes, breast-cancer, wine"):
        write_sample(ScriptedContext(), "boston", str(tmp_path))


def test_without_scikit_learn_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"pip install 'sagedeck\[local\]'"):
        write_sample(ScriptedContext(), "wine", str(tmp_path))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"Is '.*file' a folder you may write to"):
        write_sample(ScriptedContext(), "wine", str(tmp_path / "file"))
