"""What botocore raises, as errors that a person can act on."""

from __future__ import annotations

import pickle
import ssl
from typing import Any

import botocore.exceptions as botocore_errors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.service import errors
from tui.service.errors import (
    AccessDenied,
    AlreadyExists,
    CredentialsExpired,
    CredentialsMissing,
    InvalidRequest,
    NotFound,
    QuotaExceeded,
    ServiceError,
    ServiceFault,
    Throttled,
    Unreachable,
    translate,
)

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ServiceError) and kind is not ServiceError
]


def client_error(code: str, message: str = "as it says", operation: str = "DescribeTrainingJob") -> Exception:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RequestId": "id-1"}}
    error: Exception = botocore_errors.ClientError(answer, operation)
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExpiredToken", CredentialsExpired),
        ("ExpiredTokenException", CredentialsExpired),
        ("RequestExpired", CredentialsExpired),
        ("UnrecognizedClientException", CredentialsMissing),
        ("InvalidClientTokenId", CredentialsMissing),
        ("InvalidAccessKeyId", CredentialsMissing),
        ("SignatureDoesNotMatch", CredentialsMissing),
        ("AccessDenied", AccessDenied),
        ("AccessDeniedException", AccessDenied),
        ("403", AccessDenied),
        ("NoSuchBucket", NotFound),
        ("NoSuchKey", NotFound),
        ("NoSuchEntity", NotFound),
        ("ResourceNotFound", NotFound),
        ("ResourceNotFoundException", NotFound),
        ("404", NotFound),
        ("ResourceInUse", AlreadyExists),
        ("BucketAlreadyExists", AlreadyExists),
        ("BucketAlreadyOwnedByYou", AlreadyExists),
        ("ResourceLimitExceeded", QuotaExceeded),
        ("ValidationException", InvalidRequest),
        ("InvalidParameterException", InvalidRequest),
        ("ThrottlingException", Throttled),
        ("TooManyRequestsException", Throttled),
        ("SlowDown", Throttled),
        ("InternalFailure", ServiceFault),
        ("NeverHeardOf", ServiceFault),
        ("", ServiceFault),
    ],
)
def test_a_code_of_aws_has_its_kind(code: str, kind: type[ServiceError]) -> None:
    error = translate(client_error(code), "sagemaker", "DescribeTrainingJob")
    assert type(error) is kind
    assert (error.code, error.request_id, error.operation) == (code, "id-1", "DescribeTrainingJob")
    assert str(error).startswith("sagemaker DescribeTrainingJob did not succeed. As it says.")


@pytest.mark.parametrize(
    "message",
    [
        "Requested resource not found.",
        'Could not find model "m".',
        "The job does not exist",
    ],
)
def test_sagemaker_says_not_found_by_a_validation_error(message: str) -> None:
    assert type(translate(client_error("ValidationException", message), "sagemaker", "DescribeModel")) is NotFound


def test_an_error_without_a_message_shows_its_code() -> None:
    assert str(translate(client_error("404", ""), "s3", "HeadObject")) == "s3 HeadObject did not succeed. 404."


def no_endpoint(kind: str, **named: Any) -> Exception:
    error: Exception = getattr(botocore_errors, kind)(endpoint_url="https://api.sagemaker.x.amazonaws.com/", **named)
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (botocore_errors.NoCredentialsError(), CredentialsMissing, "start sagedeck --local"),
        (
            botocore_errors.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            CredentialsMissing,
            "are incomplete",
        ),
        (botocore_errors.ProfileNotFound(profile="prod"), CredentialsMissing, "The config profile (prod)"),
        (botocore_errors.NoRegionError(), CredentialsMissing, "No AWS region is set. Pass --region"),
        (botocore_errors.UnauthorizedSSOTokenError(), CredentialsExpired, "Run aws sso login"),
        (botocore_errors.SSOTokenLoadError(error_msg="no token"), CredentialsExpired, "Run aws sso login"),
        (
            botocore_errors.TokenRetrievalError(provider="sso", error_msg="expired"),
            CredentialsExpired,
            "The SSO session has ended",
        ),
        (
            botocore_errors.CredentialRetrievalError(provider="process", error_msg="x"),
            CredentialsExpired,
            "could not be fetched",
        ),
        (no_endpoint("EndpointConnectionError"), Unreachable, "Could not connect to the endpoint URL"),
        (no_endpoint("ConnectionClosedError"), Unreachable, "Connection was closed"),
        (no_endpoint("ConnectTimeoutError"), Unreachable, "Connect timeout"),
        (no_endpoint("ReadTimeoutError"), Unreachable, "Read timeout"),
        (no_endpoint("SSLError", error="bad certificate"), Unreachable, "AWS_CA_BUNDLE"),
        (no_endpoint("ProxyConnectionError", proxy_url="http://p"), Unreachable, "Check HTTPS_PROXY"),
        (botocore_errors.HTTPClientError(error="odd"), Unreachable, "Check the network"),
        (botocore_errors.ResponseStreamingError(error="cut off"), Unreachable, "cut off"),
        (
            botocore_errors.ParamValidationError(report="Unknown parameter in input: 'MaxResult'"),
            InvalidRequest,
            "Unknown parameter in input: 'MaxResult'",
        ),
        (botocore_errors.ConfigParseError(path="~/.aws/config"), ServiceFault, "ConfigParseError: Unable to parse"),
        (ssl.SSLError("handshake"), Unreachable, "AWS_CA_BUNDLE"),
        (ValueError("Invalid endpoint: htp:/x"), ServiceFault, "ValueError: Invalid endpoint: htp:/x."),
        (MemoryError(), ServiceFault, "did not succeed. MemoryError."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_exception_of_botocore_has_its_kind(error: Exception, kind: type[ServiceError], says: str) -> None:
    translated = translate(error, "sagemaker", "ListTrainingJobs")
    assert type(translated) is kind
    assert says in str(translated)
    assert translated.code == type(error).__name__
    assert translated.operation == "ListTrainingJobs"


def test_every_name_in_the_table_is_an_exception_of_botocore() -> None:
    assert [name for name in errors._BY_EXCEPTION if not hasattr(botocore_errors, name)] == []


@pytest.mark.parametrize("kind", KINDS)
@given(parts=st.tuples(*[st.text()] * 6))
def test_an_error_survives_the_pipe_whole(kind: type[ServiceError], parts: tuple[str, ...]) -> None:
    what, why, next_step, code, request_id, operation = parts
    sent = kind(what, why, next_step, code=code, request_id=request_id, operation=operation)
    arrived = pickle.loads(pickle.dumps(sent))
    assert type(arrived) is kind
    assert (arrived.what, arrived.why, arrived.next_step) == (what, why, next_step)
    assert (arrived.code, arrived.request_id, arrived.operation) == (code, request_id, operation)
    assert str(arrived) == str(sent)


def test_nothing_that_a_far_side_says_moves_the_cursor() -> None:
    error = translate(client_error("Odd\x1b[2J", "\x1b]0;title\x07 \x9b31mred\x00\r\nline"), "s3", "PutObject")
    assert error.code == "Odd"
    assert not {*str(error)} & {*map(chr, range(10)), "\x1b", "\r", "\x7f", *map(chr, range(0x80, 0xA0))}
    other = translate(ValueError("\x1b[31mred\x1b[0m"), "s3", "PutObject")
    assert str(other) == "s3 PutObject did not succeed. ValueError: red."


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("The job did not start",), "The job did not start."),
        (("What", "why.", "Next!"), "What. Why. Next!"),
        (("What", "", "Next"), "What. Next."),
        (("What", "s3://bucket is empty", "run it…"), "What. s3://bucket is empty. Run it…"),
        (("  What? ", " "), "What?"),
    ],
)
def test_an_error_reads_as_sentences(parts: tuple[str, ...], text: str) -> None:
    assert str(ServiceError(*parts)) == text
