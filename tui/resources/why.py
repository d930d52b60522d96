"""Why something failed: a hint by rules over what the service, the container and the log say of it."""

from __future__ import annotations

from tui.resources.training import TrainingJobDetail, Transition
from tui.resources.why_rules import GENERAL, SPECIFIC, Hint


def hint_for(*texts: str) -> Hint | None:
    """The hint for what is said of a failure, the word of the highest authority first; None when no rule fits."""
    for rules in (SPECIFIC, GENERAL):
        for text in texts:
            for rule in rules:
                if rule.pattern.search(text):
                    return rule.hint
    return None


def no_log(detail: TrainingJobDetail) -> str:
    """Why a job that is over has no log, as sentences."""
    if any(map(_container_ran, detail.transitions)):
        return (
            "No log exists, although its container ran: perhaps it wrote nothing, its log was deleted, or its role "
            "may not write logs (logs:CreateLogStream, logs:PutLogEvents)."
        )
    ended = "failed" if detail.job.status == "Failed" else "was stopped"
    reached = [step for step in detail.transitions if step.status not in ("Failed", "Stopping", "Stopped")]
    where = f", in the phase {reached[-1].status} ({reached[-1].message})" if reached else ""
    return f"No log exists: it {ended} before its container started{where}."


def _container_ran(step: Transition) -> bool:
    """Whether it got as far as its own code; the phase Training begins with the download of the image."""
    return step.status == "Training" and not step.message.startswith("Downloading")
