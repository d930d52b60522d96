"""From a data set through a model to judged predictions, by the keys of the console alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sklearn import metrics

from tests.journeys.driver import Console, client_of, console, local_config
from tests.journeys.test_train_from_csv import make_a_data_set_of_the_sample


async def test_from_a_data_set_to_the_scatter_and_the_mistakes(folder: Path) -> None:
    async with console(local_config(folder), size=(120, 40)) as here:
        await train_on_the_sample(here)
        await here.press("2", "t")
        await here.sees("Which model shall predict?", "diabetes-xgboost")
        await here.press("enter")
        await here.sees("Transform which data?", "diabetes test", "diabetes validation")
        await here.press("enter")
        await here.sees("Transform with diabetes-xgboost", "1 object", "the first is test.csv, 10 columns")
        await here.sees("Costs nothing here. At AWS: $0.115/h until it is done, however long that")
        await here.sees("→ as it is")
        await here.press("f2")
        await here.sees_match(r"diabetes-xg\S+transform +✓ Completed +1 of 1")
        await here.sees("is completed: Enter")
        await here.press("enter")
        await here.sees("Results of diabetes-xgboost-transform", "test.csv: 66 rows")
        await here.sees("RMSE", "predicted (up) against actual (across)")
        assert_figures_are_right(here)
        for _ in range(6):
            await here.press("less_than_sign")
        await here.press("e")
        await here.sees("Mistake 1 of ", "Off by", "bmi")
        await here.press("e")
        await here.sees("Mistake 2 of ")
        await here.press("E")
        await here.sees("Mistake 1 of ")
        await here.press("D")
        await here.sees("Against the training data", "of 10 columns")
        await here.press("w")
        await here.sees("Download into ./diabetes-xgboost-transform?")
        await here.press("y")
        await here.sees("Downloaded 1 file")
        downloaded = Path("diabetes-xgboost-transform/test.csv.out").read_text()  # noqa: ASYNC240
        assert downloaded == "".join(f"{value}\n" for value in output_of(here, "test.csv"))
        await here.press("escape")
        await here.sees("Batch transform jobs")


async def test_rows_with_their_label_on_a_small_terminal(folder: Path) -> None:
    async with console(local_config(folder), size=(80, 24)) as here:
        await train_on_the_sample(here, small=True)
        await here.press("7", "n")
        await here.sees("Which model shall predict?")
        await here.press("enter")
        await here.sees("Transform which data?")
        await here.press("down", "enter")
        await here.sees("Transform with diabetes-xgboost", "validation.csv, 11", "$[1:]")
        await here.press("f2")
        await here.sees_match(r"✓ Completed +1 of 1")
        await here.press("enter")
        await here.sees("validation.csv: 66 rows", "Actual", "Off by")
        await here.press("m")
        await here.sees("RMSE", "predicted (up) against actual (across)")
        await here.press("escape", "escape")
        await here.press("N")
        await here.sees("Run diabetes-xgboost-transform again", "$[1:]")
        await here.press("f2")
        await here.sees_match(r"ransform-2 +✓ Completed")
        await here.press("l")
        await here.sees("Log of transform job diabetes-xgboost-transform-2", "[sagemaker logs]")


async def test_new_labelled_data_is_compared_and_learnt_from(folder: Path) -> None:
    async with console(local_config(folder), size=(120, 40)) as here:
        await train_on_the_sample(here)
        uri = put_new_data(here, rows=90)
        await here.press("7", "n")
        await here.sees("Which model shall predict?")
        await here.press("enter")
        await here.sees("Transform which data?", "any prefix in S3")
        await here.press("end", "enter")
        await here.sees("Transform with diabetes-xgboost", "A place in S3 looks like")
        await here.press("tab")
        await here.types(uri.removeprefix("s3://"))
        await here.sees("1 object", "the first is new.csv, 11 columns", "$[1:]")
        await here.press("f2")
        await here.sees_match(r"transform +✓ Completed +1 of 1")
        await here.press("enter")
        await here.sees("new.csv: 90 rows", "It is not known what is true")
        await here.press("L")
        await here.sees("Which column of the input is the label?", "column 11")
        await here.press("down", "enter")
        await here.sees("Actual", "RMSE", "predicted (up) against actual (across)")
        await here.press("D")
        await here.sees_match(r"\d of 10 columns moved")
        await here.sees("bmi", "moved much", "was 18 .. 42.2")
        await here.press("T")
        await here.sees("Run diabetes-xgboost again", "that of diabetes-xgboost and 1 new")
        await here.press("f2")
        await here.sees_match(r"diabetes-xgboost-2 +✓ Completed")
        await here.press("l")
        await here.sees("Log of diabetes-xgboost-2", "complete")
        await here.press("g")
        await here.sees("Train matrix has 400 rows")


async def train_on_the_sample(here: Console, *, small: bool = False) -> None:
    """A data set of the sample, and a model of it."""
    await here.sees("No training jobs yet.")
    if small:
        await here.press("2", "b")
        await here.sees("442 patients")
        await here.press("enter")
        await here.sees("Wrote diabetes.csv")
        await here.press("enter")
        await here.sees("442 rows × 11 columns")
        await here.press("escape", "n")
        await here.sees("New data set from")
        await here.press("f2")
        await here.sees("Uploaded diabetes", "1 data set")
    else:
        await make_a_data_set_of_the_sample(here)
    await here.press("n")
    await here.sees("Train on diabetes", "Train (F2)")
    await here.press("f2")
    await here.sees_match(r"diabetes-xgboost +✓ Completed")


def put_new_data(here: Console, rows: int) -> str:
    """Some rows of the training data, of heavier people, where no data set knows of them; their place in S3."""
    s3 = client_of(here, "s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    lines = s3.get_object(Bucket=bucket, Key="datasets/diabetes/train/train.csv")["Body"].read().decode().splitlines()
    cells = [line.split(",") for line in lines[:rows]]
    heavier = [",".join([*row[:3], str(float(row[3]) + 12), *row[4:]]) for row in cells]
    s3.put_object(Bucket=bucket, Key="new/new.csv", Body="\n".join(heavier).encode())
    return f"s3://{bucket}/new/new.csv"


def output_of(here: Console, name: str) -> list[str]:
    """The lines of an output file, fetched as any boto3 program does."""
    s3 = client_of(here, "s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    key = f"transform/diabetes-xgboost-transform/{name}.out"
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body.decode().splitlines()


def assert_figures_are_right(here: Console) -> None:
    """The figures on the screen are scikit-learn's, of the output file and the labels of the data set."""
    s3 = client_of(here, "s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    labels = s3.get_object(Bucket=bucket, Key="datasets/diabetes/test/test-labels.csv")["Body"].read().decode().split()
    actual = [float(label) for label in labels]
    predicted = [float(line) for line in output_of(here, "test.csv")]
    for name, expected in (
        ("RMSE", metrics.root_mean_squared_error(actual, predicted)),
        ("MAE", metrics.mean_absolute_error(actual, predicted)),
        ("R²", metrics.r2_score(actual, predicted)),
    ):
        found = re.search(rf"▏ {name} +([-\d.]+)", here.text)
        assert found is not None
        assert float(found[1]) == pytest.approx(expected, rel=1e-5)
