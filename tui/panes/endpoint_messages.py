"""Wishes about models, endpoints, their traffic and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.messages import Wish

if TYPE_CHECKING:
    from tui.resources.endpoint_judging import JudgeRequest


class DeployWanted(Wish):
    """Deploy models, or what training jobs left, behind a new endpoint; with neither, what is still to be chosen."""

    def __init__(self, *, jobs: tuple[str, ...] = (), models: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.jobs = jobs
        self.models = models


class EndpointUpdateWanted(Wish):
    """Move an endpoint to another configuration."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class ShutDownWanted(Wish):
    """Delete endpoints with what belongs to them, after asking."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        super().__init__()
        self.endpoints = endpoints
        """Their names."""


class IdleWanted(Wish):
    """Show the endpoints that nobody has invoked for a while."""

    def __init__(self, hours: float = 1.0) -> None:
        super().__init__()
        self.hours = hours


class ModelWanted(Wish):
    """Make a model of what a training job left; without one, of one still to be chosen."""

    def __init__(self, job: str = "") -> None:
        super().__init__()
        self.job = job


class ModelDeleteWanted(Wish):
    """Delete a model, after its name was typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class WeightsWanted(Wish):
    """Edit the weights of an endpoint's variants."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class CanaryWanted(Wish):
    """Move an endpoint's traffic to one of its variants, step by step."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class NewCanaryWanted(Wish):
    """Begin a canary after one that has ended."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class PromoteWanted(Wish):
    """Give a variant all the traffic of its endpoint."""

    def __init__(self, endpoint: str, variant: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.variant = variant


class InvokeWanted(Wish):
    """Send requests to an endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class RowWanted(Wish):
    """Choose a data set whose test rows are sent to an endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint


class PayloadWanted(Wish):
    """Type what is sent to an endpoint, and how."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint


class JudgeWanted(Wish):
    """Judge an endpoint's variants on labelled rows."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        """Its name."""


class MistakesWanted(Wish):
    """Step through the rows on which a variant is wrong."""

    def __init__(self, request: JudgeRequest, variant: str, tolerance: float) -> None:
        super().__init__()
        self.request = request
        self.variant = variant
        self.tolerance = tolerance
        """What a regression may be off without being wrong."""
