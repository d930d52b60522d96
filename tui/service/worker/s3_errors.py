"""What S3 and the way to it can say against a request, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.datasets import ConnectionBroke, DataError
from tui.resources.text import strip_controls
from tui.service.worker.context import TaskContext

MISSING = {"404", "NoSuchBucket", "NoSuchKey", "NotFound"}
_REDIRECTED = {"301", "307", "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"}
_BUSY = {"500", "502", "503", "504", "InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout"}

_GONE = "the bucket does not exist", "Create it, or choose another."
_DENIED = "S3 does not permit it, or the bucket belongs to another account", "Check the role's S3 permissions."
_SENTENCES = {
    **dict.fromkeys(MISSING, _GONE),
    **dict.fromkeys(("403", "AccessDenied", "Forbidden"), _DENIED),
    "NoSuchKey": ("the object does not exist (any more)", "Look at the list again."),
    "NotImplemented": ("this S3 does not have that", ""),
    "PreconditionFailed": ("the object changed meanwhile", "Try again."),
}


@contextmanager
def as_data_errors(context: TaskContext, what: str) -> Iterator[None]:
    """Put boto3's complaints into words; one that was caused by a cancellation is a cancellation.

    Raises:
        ConnectionBroke: Trying again may help, and goes on where this attempt ended.
        DataError: It will not.
    """
    try:
        yield
    except ClientError as error:
        context.check()
        raise _in_words(context, what, error) from error
    except (Boto3Error, BotoCoreError) as error:
        context.check()
        raise ConnectionBroke(what, f"the connection failed ({strip_controls(str(error))})", "Try again.") from error
    except OSError as error:
        context.check()
        raise DataError(what, f"the file failed ({error.strerror or error})", "Try again.") from error


def code_of(error: ClientError) -> str:
    """S3's name for what is wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _in_words(context: TaskContext, what: str, error: ClientError) -> DataError:
    code, message = code_of(error), strip_controls(str(error.response.get("Error", {}).get("Message", "")))
    if code in _BUSY:
        return ConnectionBroke(what, f"S3 answers {code}", "Try again.")
    if code in _REDIRECTED:
        where, ours = _region(error), context.client("s3").meta.region_name
        why = f"the bucket is in {where or 'another region'}, this console works in {ours}"
        return DataError(what, why, f"Start it with --region {where or 'the right one'}, or choose another bucket.")
    why, what_next = _SENTENCES.get(code, (f"S3 answers {code or 'an error'}: {message.rstrip('.')}", "Try again."))
    return DataError(what, why, what_next)


def _region(error: ClientError) -> str:
    answer: dict[str, Any] = error.response
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    return strip_controls(str(told or answer.get("Error", {}).get("Region", "")))
