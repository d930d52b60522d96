"""The errors a person can act on. botocore's exceptions are translated here and nowhere else.

ServiceError
├── CredentialsMissing     nothing to sign with: no profile, no keys
├── CredentialsExpired     signed in once, not any more
├── AccessDenied           the caller may not do this
├── NotFound               no such job, bucket, log group
├── AlreadyExists          the name is taken
├── InvalidRequest         the service refuses the request as it stands
├── QuotaExceeded          a limit of the account
├── Throttled              too many calls
├── Unreachable            no answer: network, endpoint, time-out
├── ReadOnly               refused by this console before it was sent
├── WorkerLost             the worker process ended while it worked on the request
└── ServiceFault           anything else the service says
"""

from __future__ import annotations

import re
from typing import Any

from tui.resources.text import strip_controls


class ServiceError(Exception):
    """What happened, why, and what to do next, with the AWS code and request id at hand.

    `str(error)` is the sentence for the person; `code` and `request_id` are for a support case.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        next_step: str = "",
        *,
        code: str = "",
        request_id: str = "",
        operation: str = "",
    ) -> None:
        super().__init__(what, why, next_step)
        self.what = what
        self.why = why
        self.next_step = next_step
        self.code = code
        self.request_id = request_id
        self.operation = operation

    def __str__(self) -> str:
        return " ".join(filter(None, (_closed(self.what), _sentence(self.why), _sentence(self.next_step))))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), (self.what, self.why, self.next_step), self.code, self.request_id, self.operation)


def _restore(
    kind: type[ServiceError], sentences: tuple[str, str, str], code: str, request_id: str, operation: str
) -> ServiceError:
    return kind(*sentences, code=code, request_id=request_id, operation=operation)


def _sentence(text: str) -> str:
    text = _closed(text)
    return text[:1].upper() + text[1:] if text.partition(" ")[0].rstrip(".,!?…").isalpha() else text


def _closed(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else text + "."


class CredentialsMissing(ServiceError):
    """Nothing to sign a request with."""


class CredentialsExpired(ServiceError):
    """The credentials were good once."""


class AccessDenied(ServiceError):
    """The caller is known and may not do this."""


class NotFound(ServiceError):
    """The thing the request names does not exist."""


class AlreadyExists(ServiceError):
    """The name is taken."""


class InvalidRequest(ServiceError):
    """The service refuses the request as it stands."""


class QuotaExceeded(ServiceError):
    """A limit of the account is reached."""


class Throttled(ServiceError):
    """The account makes too many calls."""


class Unreachable(ServiceError):
    """No answer came."""


class ReadOnly(ServiceError):
    """The console runs read-only and did not send the request."""


class WorkerLost(ServiceError):
    """The worker process ended while it worked on the request."""


class ServiceFault(ServiceError):
    """The service failed, or said something this list does not know."""


_CODES: tuple[tuple[type[ServiceError], str, str], ...] = (
    (
        CredentialsExpired,
        "Sign in again, for example with aws sso login",
        "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired",
    ),
    (
        CredentialsMissing,
        "Check the access key of the profile, or sign in again",
        "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch AuthFailure "
        "InvalidSignatureException",
    ),
    (AccessDenied, "Ask for the permission, or use another profile", "AccessDenied AccessDeniedException 403"),
    (NotFound, "", "NoSuchBucket NoSuchKey NoSuchEntity ResourceNotFound ResourceNotFoundException 404"),
    (
        AlreadyExists,
        "Choose another name",
        "ResourceInUse ResourceInUseException ResourceAlreadyExistsException BucketAlreadyExists "
        "BucketAlreadyOwnedByYou EntityAlreadyExists",
    ),
    (
        QuotaExceeded,
        "Ask for a higher quota, or use another instance type",
        "ResourceLimitExceeded LimitExceeded LimitExceededException ServiceQuotaExceededException",
    ),
    (
        InvalidRequest,
        "",
        "ValidationException ValidationError InvalidParameterException InvalidParameterValue InvalidArgument",
    ),
    (
        Throttled,
        "The console slows down by itself",
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException "
        "TooManyRequestsException RequestLimitExceeded SlowDown",
    ),
)

_BY_CODE = {code: (kind, next_step) for kind, next_step, codes in _CODES for code in codes.split()}

_NOT_FOUND_TEXT = re.compile(r"not ?found|could not find|does not exist", re.IGNORECASE)

_SIGN_IN = (CredentialsExpired, "The SSO session has ended", "Run aws sso login for this profile")

_BY_EXCEPTION: dict[str, tuple[type[ServiceError], str, str]] = {
    "NoCredentialsError": (
        CredentialsMissing,
        "No AWS credentials were found",
        "Configure a profile with aws configure, or start sagedeck --local",
    ),
    "PartialCredentialsError": (CredentialsMissing, "The AWS credentials are incomplete", "Check the profile"),
    "ProfileNotFound": (CredentialsMissing, "", "Check the name with aws configure list-profiles"),
    "NoRegionError": (CredentialsMissing, "No AWS region is set", "Pass --region, or set region in the profile"),
    "UnauthorizedSSOTokenError": _SIGN_IN,
    "SSOTokenLoadError": _SIGN_IN,
    "TokenRetrievalError": _SIGN_IN,
    "CredentialRetrievalError": (CredentialsExpired, "The credentials could not be fetched", "Sign in again"),
    "EndpointConnectionError": (Unreachable, "", "Check the network, the region and --endpoint-url"),
    "ConnectionClosedError": (Unreachable, "", "The console tries again where it polls"),
    "ConnectTimeoutError": (Unreachable, "", "Check the network and a proxy in between"),
    "ReadTimeoutError": (Unreachable, "", "The console tries again where it polls"),
    "SSLError": (Unreachable, "", "Check the certificates: AWS_CA_BUNDLE names a bundle of your own"),
    "ProxyConnectionError": (Unreachable, "", "Check HTTPS_PROXY"),
    "HTTPClientError": (Unreachable, "", "Check the network"),
    "ParamValidationError": (InvalidRequest, "", ""),
}


def translate(error: Exception, service: str, operation: str) -> ServiceError:
    """A botocore exception as an error for people; known by its name, so that nothing of botocore is imported here."""
    what = f"{service} {operation} did not succeed"
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        detail = response["Error"]
        code = strip_controls(str(detail.get("Code", "")))
        message = strip_controls(str(detail.get("Message", "") or ""))
        kind, next_step = _BY_CODE.get(code, (ServiceFault, ""))
        if kind is InvalidRequest and _NOT_FOUND_TEXT.search(message):
            kind = NotFound
        request_id = strip_controls(str(response.get("ResponseMetadata", {}).get("RequestId", "")))
        return kind(what, message or code, next_step, code=code, request_id=request_id, operation=operation)
    name = type(error).__name__
    for base in type(error).__mro__:
        if base.__name__ in _BY_EXCEPTION:
            kind, why, next_step = _BY_EXCEPTION[base.__name__]
            return kind(what, why or strip_controls(str(error)), next_step, code=name, operation=operation)
    why = ": ".join(part for part in (name, strip_controls(str(error))) if part)
    return ServiceFault(what, why, code=name, operation=operation)
