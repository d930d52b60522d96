"""What a person has decided about the requests that are sent to an endpoint; remembered from one look to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from tui.resources.endpoint_invoking import ACCEPTS, CONTENT_TYPES, MAX_SHOTS, Invocation

MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class InvokeSettings:
    """As text, the way it is typed and kept."""

    payload: str = ""
    file: str = ""
    """A path; when there is one, the payload is what it holds."""

    content_type: str = CONTENT_TYPES[0]
    accept: str = ACCEPTS[0]
    variant: str = ""
    """Empty to let the weights decide."""

    shots: str = "100"
    at_once: str = "4"

    @classmethod
    def of(cls, values: Mapping[str, str]) -> InvokeSettings:
        """From the values of a form or a draft; what is missing is as it is by default."""
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})

    @property
    def values(self) -> dict[str, str]:
        """As a form and a draft take them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {}
        for name, most in (("shots", MAX_SHOTS), ("at_once", MOST_AT_ONCE)):
            text = getattr(self, name)
            if not (text.isdecimal() and 1 <= int(text) <= most):
                problems[name] = f"A whole number from 1 to {most:,}."
        return problems

    def invocation(self, endpoint: str, body: bytes) -> Invocation:
        """One request with these settings."""
        return Invocation(endpoint, body, self.content_type, self.accept, self.variant)
