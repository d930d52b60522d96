"""The one exception that an operation of the embedded SageMaker answers a client with."""

from __future__ import annotations


class AwsError(Exception):
    """An error as AWS answers it: the code and message a client sees, and the HTTP status.

    Raise it from any operation handler; the protocol layer writes it in the form of the service's protocol.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> AwsError:
    """SageMaker's `ValidationException`, the answer to most wrong requests."""
    return AwsError("ValidationException", message)
