"""Splitting: every row in exactly one file, the shares exact, the bytes repeatable, nothing half-written."""

from __future__ import annotations

import csv
import hashlib
import resource
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvDialect, ReadProgress
from tui.resources.datasets import DataError, DatasetManifest, Encoding, Fractions, SplitPlan
from tui.service.worker import csv_reading
from tui.service.worker.context import Cancelled
from tui.service.worker.splitting import split_csv

PLAN = SplitPlan("numbers", CsvDialect(), ("row", "x", "y"), "y", "regression", ("row", "x"))
CLASSES = replace(PLAN, task="multiclass", stratify=True)


def source(folder: Path, rows: int, classes: int = 0) -> Path:
    path = folder / "source.csv"
    lines = (f"{n},{n / 8},{n % classes if classes else n * 2}\n" for n in range(rows))
    path.write_text("row,x,y\n" + "".join(lines))
    return path


def table(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def split(path: Path, plan: SplitPlan, folder: Path) -> DatasetManifest:
    return split_csv(ScriptedContext(), str(path), plan, str(folder)).manifest


def rejoined(folder: Path) -> list[list[str]]:
    """All rows of a split folder, label first."""
    test = zip(table(folder / "test/test-labels.csv"), table(folder / "test/test.csv"), strict=True)
    whole = [label + features for label, features in test]
    return whole + table(folder / "train/train.csv") + table(folder / "validation/validation.csv")


def test_the_files_are_what_the_algorithms_read(tmp_path: Path) -> None:
    manifest = split(source(tmp_path, 100), PLAN, tmp_path / "out")
    assert manifest.columns == ("y", "row", "x")
    assert manifest.rows == {"train": 70, "validation": 15, "test": 15}
    train = table(tmp_path / "out/train/train.csv")
    assert len(train) == 70
    assert all(float(y) == 2 * float(row) and float(x) == float(row) / 8 for y, row, x in train)
    assert len(table(tmp_path / "out/test/test.csv")[0]) == 2
    assert sorted(rejoined(tmp_path / "out"), key=lambda row: int(row[1])) == [
        [str(n * 2), str(n), str(n / 8)] for n in range(100)
    ]
    stored = DatasetManifest.from_json((tmp_path / "out/manifest.json").read_bytes())
    assert stored == manifest
    assert manifest.source_sha256 == hashlib.sha256((tmp_path / "source.csv").read_bytes()).hexdigest()
    for path, info in manifest.files.items():
        data = (tmp_path / "out" / path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (info.size, info.sha256)


@settings(max_examples=40)
@given(st.integers(30, 200), st.integers(2, 5), st.integers(0, 2**32 - 1), st.integers(20, 400))
def test_every_row_lands_in_exactly_one_split_and_classes_keep_their_shares(
    tmp_path_factory: pytest.TempPathFactory, rows: int, classes: int, seed: int, block_bytes: int
) -> None:
    tmp_path = tmp_path_factory.mktemp("split")
    fractions = Fractions(0.6, 0.25, 0.15)
    plan = replace(CLASSES, seed=seed, fractions=fractions, task="binary" if classes == 2 else "multiclass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reading, "BLOCK_BYTES", block_bytes)
        split(source(tmp_path, rows, classes), plan, tmp_path / "out")
    assert Counter(int(row) for _, row, _ in rejoined(tmp_path / "out")) == dict.fromkeys(range(rows), 1)
    assert all(int(row) % classes == int(y) for y, row, _ in rejoined(tmp_path / "out"))
    in_source = Counter(n % classes for n in range(rows))
    for part, share in (("train/train", 0.6), ("validation/validation", 0.25), ("test/test-labels", 0.15)):
        found = Counter(int(row[0]) for row in table(tmp_path / f"out/{part}.csv"))
        assert all(abs(found[cls] - count * share) < 1 for cls, count in in_source.items())


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    path = source(tmp_path, 200, 3)
    first = split(path, CLASSES, tmp_path / "first")
    assert split(path, CLASSES, tmp_path / "second").files == first.files
    other = split(path, replace(CLASSES, seed=7), tmp_path / "third")
    assert other.files["train/train.csv"].sha256 != first.files["train/train.csv"].sha256


def test_classes_become_codes_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("x,kind\n" + "1,wolf\n2,ant\n3, bear\n" * 20)
    plan = SplitPlan("animals", CsvDialect(), ("x", "kind"), "kind", "multiclass", ("x",), stratify=True)
    manifest = split(path, plan, tmp_path / "out")
    assert manifest.classes == ("ant", "bear", "wolf")
    assert {tuple(row) for row in rejoined(tmp_path / "out")} == {("2", "1"), ("0", "2"), ("1", "3")}


def test_number_classes_start_at_zero(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("x,kind\n" + "1,10\n2,9\n3,9.0\n" * 20)
    plan = SplitPlan("grades", CsvDialect(), ("x", "kind"), "kind", "binary", ("x",), stratify=True)
    assert split(path, plan, tmp_path / "out").classes == ("9", "10")
    assert {tuple(row) for row in rejoined(tmp_path / "out")} == {("1", "1"), ("0", "2"), ("0", "3")}


def test_text_columns_are_encoded(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("colour,size,free,y\n" + "red,L,a,1\nblue,S,b,2\nNA,?,c,3\n" * 10)
    encodings = (Encoding("colour", "one-hot"), Encoding("size", "codes"))
    columns = ("colour", "size", "free", "y")
    plan = SplitPlan("text", CsvDialect(), columns, "y", "regression", ("colour", "size"), encodings)
    manifest = split(path, plan, tmp_path / "out")
    assert manifest.columns == ("y", "colour=blue", "colour=red", "size")
    assert manifest.categories == {"colour": ("blue", "red"), "size": ("L", "S")}
    assert {tuple(row) for row in rejoined(tmp_path / "out")} == {
        ("1", "0", "1", "0"),
        ("2", "1", "0", "1"),
        ("3", "0", "0", ""),
    }


def test_copied_and_converted_blocks_give_the_same_rows(tmp_path: Path) -> None:
    plain, quoted = tmp_path / "plain.csv", tmp_path / "quoted.csv"
    rows = [(n, n / 3, n * 2) for n in range(500)]
    plain.write_text("row,x,y\n" + "".join(f"{a},{b:.4f},{c}\n" for a, b, c in rows))
    quoted.write_text("row,x,y\n" + "".join(f'"{a}",{b:.4f},{c}\n' for a, b, c in rows))
    headless = tmp_path / "headless.csv"
    headless.write_text(plain.read_text().split("\n", 1)[1])
    split(plain, PLAN, tmp_path / "a")
    split(quoted, PLAN, tmp_path / "b")
    split(headless, replace(PLAN, dialect=CsvDialect(has_header=False)), tmp_path / "c")
    assert sorted(rejoined(tmp_path / "a")) == sorted(rejoined(tmp_path / "b")) == sorted(rejoined(tmp_path / "c"))
    assert sorted(rejoined(tmp_path / "a")) == sorted([str(c), str(a), f"{b:.4f}"] for a, b, c in rows)


def test_numbers_come_out_in_plain_decimal_form_with_commas(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_bytes("\ufeffrow;x;y\r\n1;1,5e-3;10\r\n2; 2,5 ;NA\r\n3;;30\r\n4;4;40\r\n".encode())
    dialect = CsvDialect("utf-8-sig", ";", ",", "\r\n")
    manifest = split(path, replace(PLAN, dialect=dialect, fractions=Fractions(1, 0, 0)), tmp_path / "out")
    assert sorted(table(tmp_path / "out/train/train.csv")) == [["10", "1", "0.0015"], ["30", "3", ""], ["40", "4", "4"]]
    assert manifest.rows_without_label == 1
    assert manifest.rows == {"train": 3}
    assert not (tmp_path / "out/test").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("row,x,y\n1,2,3\n4,5\n", "line 3 has 2 fields where 3 are expected"),
        ("row,x,y\n1,2,3\n4,oops,6\n" + "1,2,3\n" * 50, "line 3 has 'oops' in column 'x', which is no number"),
        ("row,x,y\n1,inf,3\n" + "1,2,3\n" * 50, "line 2 has 'inf' in column 'x'"),
        ("row,x,y\n", "the train split would be empty with 0 rows"),
        ("row,x,y\n1,2,3\n4,5,6\n", "the validation split would be empty with 2 rows"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_stays(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "source.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        split(path, PLAN, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [path]


def test_the_number_of_classes_must_fit_the_task(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must have two classes, and it has 3 different values"):
        split(source(tmp_path, 60, 3), replace(CLASSES, task="binary"), tmp_path / "out")
    with pytest.raises(DataError, match="has one class only"):
        split(source(tmp_path, 60, 1), CLASSES, tmp_path / "out")
    with pytest.raises(DataError, match=r"column 'y' has more than 1,000 different values"):
        split(source(tmp_path, 1200), CLASSES, tmp_path / "out")


def test_a_class_missing_from_train_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("row,x,y\n" + "1,2,a\n" * 40 + "1,2,b\n")

    def split_by_many_seeds() -> None:
        for seed in range(20):
            fractions = Fractions(0.3, 0.3, 0.4)
            split(path, replace(PLAN, task="binary", seed=seed, fractions=fractions), tmp_path / "out")

    with pytest.raises(DataError, match="no row of class 'b' would be in the train split"):
        split_by_many_seeds()


def test_a_plan_that_does_not_hold(tmp_path: Path) -> None:
    plan = replace(PLAN, fractions=Fractions(0.5, 0.1, 0.1))
    with pytest.raises(DataError, match=r"The fractions add up to 0\.7"):
        split(source(tmp_path, 10), plan, tmp_path / "out")


def test_a_missing_source_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is not there"):
        split(tmp_path / "none.csv", PLAN, tmp_path / "deep/out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cancel_at", [1, 2, 3, 4])
def test_a_cancelled_split_leaves_what_was_there(
    tmp_path: Path, cancel_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = source(tmp_path, 300)
    before = split(path, PLAN, tmp_path / "out")
    monkeypatch.setattr(csv_reading, "BLOCK_BYTES", 2000)
    context = ScriptedContext(cancel_at=cancel_at)
    with pytest.raises(Cancelled):
        split_csv(context, str(path), replace(PLAN, seed=9), str(tmp_path / "out"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "source.csv"]
    assert DatasetManifest.from_json((tmp_path / "out/manifest.json").read_bytes()) == before


def test_a_data_set_is_replaced_and_anything_else_is_not(tmp_path: Path) -> None:
    path = source(tmp_path, 50)
    split(path, PLAN, tmp_path / "out")
    assert split(path, replace(PLAN, seed=9), tmp_path / "out").seed == 9
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match="it holds something that is no data set"):
        split(path, PLAN, tmp_path / "mine")
    assert (tmp_path / "mine/thesis.txt").read_text() == "years of work"


def test_a_full_disk_is_said_and_nothing_stays(tmp_path: Path) -> None:
    path = source(tmp_path, 2000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(DataError, match=r"the disk is full\. Nothing was kept"):
            split(path, PLAN, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == [path]


def test_a_source_that_grows_between_the_readings_is_refused(tmp_path: Path) -> None:
    path = source(tmp_path, 100)

    class Appending(ScriptedContext):
        def check(self) -> None:
            super().check()
            if self.checks == 1:
                with path.open("a") as file:
                    file.write("100,1,2\n")

    with pytest.raises(DataError, match="it changed while it was read"):
        split_csv(Appending(), str(path), PLAN, str(tmp_path / "out"))


def test_progress_runs_over_both_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = source(tmp_path, 300)
    monkeypatch.setattr("tui.service.worker.splitting._REPORT_SECONDS", 0)
    context = ScriptedContext()
    split_csv(context, str(path), PLAN, str(tmp_path / "out"))
    size = path.stat().st_size
    reports = [report for report in context.reports if isinstance(report, ReadProgress)]
    assert [report.total_bytes for report in reports] == [2 * size] * len(reports)
    assert [report.done_bytes for report in reports] == sorted(report.done_bytes for report in reports)
    assert reports[-1].done_bytes == 2 * size


def test_rows_that_are_in_train_and_again_in_another_split_are_counted(tmp_path: Path) -> None:
    source = tmp_path / "twice.csv"
    source.write_text("x,y\n" + "".join(f"{n // 2},{n // 2}.5\n" for n in range(2000)))
    plan = SplitPlan("twice", CsvDialect(), ("x", "y"), "y", "regression", ("x",))
    result = split_csv(ScriptedContext(), str(source), plan, str(tmp_path / "twice"))
    train, validation = (
        set((tmp_path / "twice" / name / f"{name}.csv").read_text().splitlines()) for name in ("train", "validation")
    )
    test = {
        f"{label},{features}"
        for label, features in zip(
            (tmp_path / "twice/test/test-labels.csv").read_text().splitlines(),
            (tmp_path / "twice/test/test.csv").read_text().splitlines(),
            strict=True,
        )
    }
    expected = len(train & validation) + len(test & (train | validation))
    assert result.manifest.repeated_across == expected > 100
