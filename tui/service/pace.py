"""How often the console asks for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between polls; the defaults are kind to an AWS account that colleagues share."""

    listing: float = 15.0
    """A list in which nothing is about to change."""

    changing: float = 5.0
    """A list or a thing on screen that is on its way to another status."""

    logs: float = 5.0
    """A log that is followed."""


LOCAL = Pace(listing=3.0, changing=1.0, logs=0.5)
"""For the embedded SageMaker, which has no rates to keep and nobody to share with."""
