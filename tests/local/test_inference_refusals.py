"""What the XGBoost container says to requests it cannot answer, and what its log says."""

from __future__ import annotations

import re

import pytest

from tests.local.served_models import csv_rows, refusal, xgboost_model

ALL = ["1", "0.90-2", "1.2-1", "1.2-2", "1.7-1", "3.2-0"]
ACCEPTED_TYPES = (
    "csv, libsvm, parquet, recordio-protobuf, text/csv, text/libsvm, text/x-libsvm, "
    "application/x-parquet, application/x-recordio-protobuf."
)


@pytest.mark.parametrize("version", ALL)
def test_an_unknown_content_type_is_415(version: str) -> None:
    served = xgboost_model(version).serve()
    assert refusal(served.invoke("1,2", "application/json")) == (
        415,
        f"application/json is not an accepted ContentType: {ACCEPTED_TYPES}",
    )


def test_content_types_that_are_known_and_not_served_are_415() -> None:
    served = xgboost_model().serve()
    assert refusal(served.invoke("1,2", "application/x-parquet")) == (
        415,
        "Content-type application/x-parquet is not supported.",
    )
    assert refusal(served.invoke("1,2", "text/csv; label_size=0")) == (
        415,
        "text/csv; label_size=0 is not an accepted csv ContentType. Optional parameter label_size must be equal to 1",
    )
    first = xgboost_model("1").serve()
    assert refusal(first.invoke("1,2", "application/x-recordio-protobuf")) == (
        415,
        "Content-type application/x-recordio-protobuf is not supported.",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("crim,zn,indus\n1,2,3", "<class 'ValueError'>\n could not convert string to float: 'crim'"),
        ("1,2,three", "<class 'ValueError'>\n could not convert string to float: 'three'"),
        ("\n\n", "<class '_csv.Error'>\n Could not determine delimiter"),
        (
            "1,2\n1,2,3",
            "<class 'ValueError'>\n setting an array element with a sequence. The requested array has an "
            "inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part.",
        ),
        ("1,2,\r\n3,4,5", "<class 'ValueError'>\n could not convert string to float: '\\r'"),
        (
            b"1,\xff",
            "<class 'UnicodeDecodeError'>\n 'utf-8' codec can't decode byte 0xff in position 2: invalid start byte",
        ),
    ],
)
@pytest.mark.parametrize("version", ["1", "1.7-1"])
def test_csv_that_is_not_a_table_of_numbers_is_415(version: str, body: str | bytes, reason: str) -> None:
    assert refusal(xgboost_model(version).serve().invoke(body)) == (
        415,
        f"Loading csv data failed with Exception, please ensure data is in csv format:\n {reason}",
    )


def test_a_number_too_large_for_a_float32_is_415_in_the_words_of_xgboost() -> None:
    status, text = refusal(xgboost_model().serve().invoke(",".join(["1e300"] * 10)))
    assert status == 415
    assert "Input data contains `inf` or a value too large, while `missing` is not set to `inf`" in text
    assert "Stack trace" not in text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("0 one:2", "invalid literal for int() with base 10: 'one'"),
        ("0 1:two", "could not convert string to float: 'two'"),
    ],
)
def test_libsvm_that_is_none_is_415(body: str, reason: str) -> None:
    assert refusal(xgboost_model().serve().invoke(body, "text/libsvm")) == (
        415,
        "Loading libsvm data failed with Exception, please ensure data is in libsvm format:\n "
        f"<class 'ValueError'>\n {reason}",
    )


def test_csv_sent_without_a_content_type_is_read_as_libsvm_and_refused() -> None:
    status, text = refusal(xgboost_model().serve().invoke("1,2,3", ""))
    assert status == 415
    assert text.startswith("Loading libsvm data failed with Exception")


def test_recordio_that_is_none_is_415() -> None:
    assert refusal(xgboost_model().serve().invoke("1,2,3", "application/x-recordio-protobuf")) == (
        415,
        "Loading recordio-protobuf data failed with Exception, please ensure data is in recordio-protobuf format: "
        "<class 'ValueError'> not a recordio-protobuf record: unpack_from requires a buffer of at least 8 bytes "
        "for unpacking 8 bytes at offset 0 (actual buffer size is 5)",
    )


@pytest.mark.parametrize("version", ["1", "0.90-2", "1.2-2"])
def test_a_pickled_model_wants_as_many_columns_as_it_was_trained_with(version: str) -> None:
    model = xgboost_model(version)
    served = model.serve()
    row = csv_rows(model.rows[0])
    for columns in (2, 11):
        body = ",".join((row.split(",") * 2)[:columns])
        assert refusal(served.invoke(body)) == (
            400,
            f"Unable to evaluate payload provided: Feature size of csv inference data {columns} is not consistent "
            "with feature size of trained model 10.",
        )
    assert served.invoke(row.rpartition(",")[0]).status == 200
    assert refusal(served.invoke("0 12:1", "libsvm")) == (
        400,
        "Unable to evaluate payload provided: Feature size of libsvm inference data 13 is larger than "
        "feature size of trained model 10.",
    )


@pytest.mark.parametrize("version", ["1.7-1", "3.2-0"])
def test_a_native_model_refuses_more_columns_and_takes_fewer_as_missing(version: str) -> None:
    model = xgboost_model(version)
    served = model.serve()
    row = csv_rows(model.rows[0])
    status, text = refusal(served.invoke(f"{row},1"))
    assert status == 400
    assert re.fullmatch(
        r"Unable to evaluate payload provided: \[[\d:]+\] .*: "
        r"Number of columns does not match number of features in booster\.",
        text,
        re.DOTALL,
    )
    shorter = ",".join(row.split(",")[:4])
    assert served.text(shorter) == served.text(shorter + "," * 6)


@pytest.mark.parametrize("version", ["1.2-2", "1.7-1", "3.2-0"])
def test_an_accept_that_no_release_has_is_406(version: str) -> None:
    model = xgboost_model(version)
    assert refusal(model.serve().invoke(csv_rows(model.rows), accept="image/png; q=1")) == (
        406,
        "Accept type image/png is not supported. Please use supported accept types: "
        "['application/json', 'application/jsonlines', 'application/x-recordio-protobuf', 'text/csv'].",
    )


def test_the_body_is_looked_at_before_the_accept_header() -> None:
    served = xgboost_model().serve()
    assert served.invoke("a,b", accept="image/png").status == 415
    assert served.invoke(",".join(["1"] * 11), accept="image/png").status == 400


@pytest.mark.parametrize("accept", ["application/jsonlines", "application/x-recordio-protobuf"])
def test_formats_that_only_selected_output_has_end_in_the_web_frameworks_500(accept: str) -> None:
    model = xgboost_model()
    served = model.serve()
    status, text = refusal(served.invoke(csv_rows(model.rows), accept=accept))
    assert status == 500
    assert "<title>500 Internal Server Error</title>" in text
    assert f"UnsupportedFormatError: Content type {accept} is not supported by this framework." in served.lines[-2]


def test_the_default_of_accept_can_be_set() -> None:
    model = xgboost_model()
    served = model.serve(SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/json")
    assert served.invoke(csv_rows(model.rows), accept="*/*").content_type == "application/json"
    assert served.invoke(csv_rows(model.rows), accept="text/csv").content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("version", ["1", "3.2-0"])
def test_an_empty_body_is_204_whatever_else_is_sent(version: str) -> None:
    assert refusal(xgboost_model(version).serve().invoke(b"", "text/plain", "image/png")) == (204, "")


@pytest.mark.parametrize(("variables", "limit"), [({}, 6 * 1024 * 1024), ({"MAX_CONTENT_LENGTH": "100"}, 100)])
def test_a_body_over_the_limit_is_413(variables: dict[str, str], limit: int) -> None:
    served = xgboost_model().serve(**variables)
    status, text = refusal(served.invoke(b"1" * (limit + 1)))
    assert (status, "<title>413 Request Entity Too Large</title>" in text) == (413, True)
    assert served.invoke(b"," * 9 + b" " * (limit - 9)).status == 200


def test_the_log_of_the_newer_releases() -> None:
    model = xgboost_model("1.7-1")
    served = model.serve()
    row = csv_rows(model.rows[0])
    size = len(served.text(row))
    served.invoke("a,b")
    log = "\n".join(served.lines)
    stamp = r"\[\d{4}-\d\d-\d\d:\d\d:\d\d:\d\d:"
    server = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000\] \[\d+\] \[INFO\] "
    access = r'169\.254\.178\.2 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "POST /invocations HTTP/1\.1" '
    error = (
        r"Loading csv data failed with Exception, please ensure data is in csv format:\n <class 'ValueError'>\n .*'a'"
    )
    expected = (
        rf"{stamp}INFO\] No GPUs detected \(normal if no gpus installed\)",
        rf"{server}Starting gunicorn 23\.0\.0",
        rf"{server}Listening at: unix:/tmp/gunicorn\.sock \(\d+\)",
        rf"{server}Using worker: gevent",
        rf"{server}Booting worker with pid: \d+",
        rf"{stamp}INFO\] Loading the model from /opt/ml/model/xgboost-model",
        rf"{stamp}INFO\] Model objective : reg:squarederror",
        rf"{stamp}INFO\] Determined delimiter of CSV input is ','",
        rf'{access}200 {size} "-" "AHC/2\.0"',
        rf"{stamp}INFO\] Determined delimiter of CSV input is ','",
        rf"{stamp}ERROR\] {error}",
        r"Traceback \(most recent call last\):",
        rf"RuntimeError: {error}",
        rf'{access}415 \d+ "-" "AHC/2\.0"',
    )
    assert re.fullmatch("\n".join(expected), log), log


def test_the_log_of_the_first_release() -> None:
    model = xgboost_model("1")
    served = model.serve()
    served.text(csv_rows(model.rows[0]))
    assert served.lines[0] == "Arguments: serve"
    assert re.fullmatch(r".*\[INFO\] Starting gunicorn 19\.7\.1", served.lines[1])
    assert [re.sub(r"^\[[\d:-]+INFO\] |\d+$", "", line) for line in served.lines[5:]] == [
        "Model loaded successfully for worker : ",
        "Sniff delimiter as ','",
        "Determined delimiter of CSV input is ','",
    ]


def test_in_batch_transform_the_platforms_own_agent_asks() -> None:
    model = xgboost_model()
    served = model.serve(SAGEMAKER_BATCH="true")
    served.text(csv_rows(model.rows))
    assert served.lines[-1].startswith("169.254.255.130 - - [")
    assert served.lines[-1].endswith('"-" "Go-http-client/1.1"')
