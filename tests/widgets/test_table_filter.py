"""What a filter line lets through."""

from __future__ import annotations

import pytest

from widgets.table_filter import parse

ROWS = [
    {"name": "churn-train", "status": "failed"},
    {"name": "churn-tune", "status": "in progress"},
    {"name": "fraud-train", "status": "completed"},
]
COLUMNS = {"name": lambda row: row["name"], "status": lambda row: row["status"]}


def shown(line: str) -> list[str]:
    match = parse(line, lambda row: "\n".join(row.values()), COLUMNS)
    return [row["name"] for row in ROWS if match is None or match(row)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ["churn-train", "churn-tune", "fraud-train"]),
        ("churn", ["churn-train", "churn-tune"]),
        ("CHURN", ["churn-train", "churn-tune"]),
        ("!churn", ["fraud-train"]),
        ("train !fraud", ["churn-train"]),
        ("status:fail", ["churn-train"]),
        ("Status:FAIL", ["churn-train"]),
        ("!status:fail", ["churn-tune", "fraud-train"]),
        ("name:completed", []),
        ("churn in progress", ["churn-tune"]),
        ("!", ["churn-train", "churn-tune", "fraud-train"]),
        ("status:", ["churn-train", "churn-tune", "fraud-train"]),
        ("!status: churn", ["churn-train", "churn-tune"]),
        ("s3://bucket", []),
        ("[a-z", []),
    ],
)
def test_filter_lines(line: str, names: list[str]) -> None:
    assert shown(line) == names


def test_a_word_with_a_colon_that_names_no_column_is_text() -> None:
    match = parse("arn:aws:sagemaker", lambda row: row, {"status": lambda row: row})
    assert match is not None
    assert match("arn:aws:sagemaker:eu-west-1")
    assert not match("sagemaker")


@pytest.mark.parametrize("line", ["", "   ", "!", "status:", "! status:"])
def test_a_line_that_asks_for_nothing_is_no_filter(line: str) -> None:
    assert parse(line, str, {"status": str}) is None
