"""The pure rules about data sets: cells, fractions, names, plans, manifests."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.csv_cells import class_name, in_order, is_date, is_number, plain_number
from tui.resources.csv_reports import CsvDialect
from tui.resources.datasets import (
    DataError,
    DatasetManifest,
    FileInfo,
    Fractions,
    SplitPlan,
    UploadedDataset,
)
from tui.resources.split_plans import default_name, fractions_problem, plan_problem, shares

MANIFEST = DatasetManifest(
    name="houses",
    source="houses.csv",
    source_sha256="0" * 64,
    task="binary",
    label="sold",
    classes=("no", "yes"),
    columns=("sold", "rooms", "colour=red", "colour=blue"),
    categories={"colour": ("red", "blue")},
    one_hot=("colour",),
    rows={"train": 7, "validation": 2, "test": 1},
    rows_without_label=0,
    seed=1,
    fractions=Fractions(0.7, 0.2, 0.1),
    stratified=True,
    files={"train/train.csv": FileInfo(100, "a" * 64), "test/test.csv": FileInfo(20, "b" * 64)},
    created="2026-11-23T12:00:00+00:00",
)

PLAN = SplitPlan("houses", CsvDialect(), ("rooms", "price"), "price", "regression", ("rooms",))


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("1", "1"),
        ("-6.5750", "-6.5750"),
        ("1e-3", "0.001"),
        ("1.5E+3", "1500"),
        (" +2 ", "2"),
        (".5", "0.5"),
        ("7.", "7"),
        ("NA", ""),
        ("", ""),
        ("?", ""),
    ],
)
def test_a_number_is_written_in_plain_decimal_form(cell: str, plain: str) -> None:
    assert plain_number(cell) == plain


def test_a_decimal_comma_becomes_a_point() -> None:
    assert plain_number("1,5", decimal=",") == "1.5"


@pytest.mark.parametrize("cell", ["red", "inf", "1_000", "0x1F", "1.2.3", "--1", "2024-01-05"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=re.escape(cell)):
        plain_number(cell)
    assert not is_number(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_plain_form_is_the_same_number(value: float) -> None:
    plain = plain_number(repr(value))
    assert "e" not in plain.lower()
    assert Decimal(plain) == Decimal(repr(value))


def test_class_names_are_one_for_one_number_and_sort_as_numbers() -> None:
    assert class_name(" 1.0 ") == "1"
    assert class_name("10") == "10"
    assert in_order(["10", "9", "-1"]) == ("-1", "9", "10")
    assert in_order(["b", "a", "10"]) == ("10", "a", "b")


def test_dates_are_told_from_numbers() -> None:
    assert is_date("2024-01-05T10:00:00Z")
    assert is_date("5/1/2024")
    assert not is_date("20240105")


@given(st.integers(0, 10**7), st.floats(0.01, 0.98), st.floats(0, 1))
def test_shares_add_up_and_are_within_one_row(total: int, train: float, ratio: float) -> None:
    fractions = Fractions(train, (1 - train) * ratio, (1 - train) * (1 - ratio))
    counts = shares(total, fractions)
    assert sum(counts) == total
    assert all(abs(count - total * share) < 1 + 1e-6 for count, share in zip(counts, fractions, strict=True))


def test_fractions_must_add_up() -> None:
    assert fractions_problem(Fractions(0.8, 0.1, 0.1)) == ""
    assert fractions_problem(Fractions(0.8, 0.2, 0)) == ""
    assert fractions_problem(Fractions(0.8, 0.1, 0.2)) == "The fractions add up to 1.1; they must add up to 1."
    assert fractions_problem(Fractions(-0.1, 0.6, 0.5)) == "Each fraction lies between 0 and 1."
    assert fractions_problem(Fractions(0, 0.5, 0.5)) == "The train fraction must be above 0."


def test_a_plan_names_its_problem() -> None:
    assert plan_problem(PLAN) == ""
    assert "letters, digits and dashes" in plan_problem(replace(PLAN, name="a_b"))
    assert plan_problem(replace(PLAN, label="cost")) == "The file has no column 'cost'."
    assert plan_problem(replace(PLAN, features=())) == "Choose at least one feature."
    assert plan_problem(replace(PLAN, features=("price",))) == "The label or a feature is chosen twice."
    assert "a regression has none" in plan_problem(replace(PLAN, stratify=True))


def test_a_name_is_made_from_the_file() -> None:
    assert default_name("/data/House prices (2024).csv") == "House-prices-2024"
    assert default_name("___.csv") == "data"


def test_a_manifest_survives_its_json() -> None:
    assert DatasetManifest.from_json(MANIFEST.to_json()) == MANIFEST
    assert MANIFEST.size == 120


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not json", "it is not a data set's manifest"),
        ("[]", "it is not a data set's manifest"),
        ("\xff", "it is not a data set's manifest"),
        ('{"format": "other"}', "it was not written by sagedeck"),
        ('{"format": "sagedeck-dataset", "version": 9}', "it has version 9"),
        ('{"format": "sagedeck-dataset", "version": 1, "name": "x"}', "it is not a data set's manifest"),
    ],
)
def test_a_foreign_manifest_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        DatasetManifest.from_json(text.encode("latin-1"))


def test_an_uploaded_data_set_knows_its_uris() -> None:
    dataset = UploadedDataset("bucket", "datasets/houses/", MANIFEST)
    assert dataset.uri("train") == "s3://bucket/datasets/houses/train/train.csv"
    assert dataset.labels_uri == "s3://bucket/datasets/houses/test/test-labels.csv"


def test_a_data_error_reads_as_sentences_and_travels() -> None:
    error = pickle.loads(pickle.dumps(DataError("Cannot read 'x'", "it is empty", "Choose another.")))
    assert str(error) == "Cannot read 'x': it is empty. Choose another."
    assert (error.what, error.why, error.what_next) == ("Cannot read 'x'", "it is empty", "Choose another.")
