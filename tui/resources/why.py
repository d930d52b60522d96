"""Why something failed: a hint by rules over what the service, the container and the log say of it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.resources.tracebacks import LastWords
from tui.resources.training import Transition
from tui.resources.why_hints import Hint
from tui.resources.why_rules import GENERAL, SPECIFIC


@dataclass(frozen=True, slots=True)
class Ending:
    """What the service says of how something ended, whatever its kind."""

    stage: str = ""
    """Where it ended, in the service's word: a secondary status, or the status."""

    reason: str = ""
    """The failure reason; empty where the service gives none."""

    remarks: tuple[str, ...] = ()
    """What it says of its parts, such as the variants of an endpoint."""

    timeline: tuple[Transition, ...] = ()
    no_log: str = ""
    """Why it has no log, if it has none, as sentences."""


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which parts of something failed: files of a transform job, training jobs of a tuning job."""

    title: str
    """Which parts."""

    said: str = ""
    """What the service or the log says of them."""

    explanation: str = ""
    next_step: str = ""
    words: LastWords | None = None
    """What one of them said last."""


def hint_for(*texts: str) -> Hint | None:
    """The hint for what is said of a failure, the word of the highest authority first; None when no rule fits."""
    for rules in (SPECIFIC, GENERAL):
        for text in texts:
            for rule in rules:
                if rule.pattern.search(text):
                    return rule.hint
    return None
