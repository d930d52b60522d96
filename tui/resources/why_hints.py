"""Hints, and the rules that give them for a text."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """What is probably wrong, why, and what to do about it."""

    title: str
    explanation: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A hint for the texts in which a pattern is found."""

    pattern: re.Pattern[str]
    hint: Hint


def rule(pattern: str, title: str, explanation: str, next_step: str) -> Rule:
    """A rule; upper and lower case are the same, and ^ and $ stand for the ends of a line."""
    return Rule(re.compile(pattern, re.IGNORECASE | re.MULTILINE), Hint(title, explanation, next_step))
