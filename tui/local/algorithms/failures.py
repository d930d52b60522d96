"""How a training container fails: the text that it leaves in `/opt/ml/output/failure`."""

from __future__ import annotations


class TrainingError(Exception):
    """A failure of the job that its container explains; `kind` is the prefix of the FailureReason."""

    kind = "AlgorithmError"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UserError(TrainingError):
    """A failure that the person who started the job can avoid: a wrong hyperparameter, unreadable data."""

    kind = "ClientError"
