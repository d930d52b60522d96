"""The form of a canary: which variant takes over from which, by what steps, and what sends it back."""

from __future__ import annotations

from collections.abc import Mapping

from tui.drafts import Drafts
from tui.resources.canary import share_of
from tui.resources.canary_plan import Bounds, CanaryPlan, parse_steps
from tui.resources.endpoint_weights import weight_text, weights_of
from tui.resources.endpoints import EndpointDetail
from tui.screens.form import Field, Form

_STEPS = (5.0, 25.0, 50.0, 100.0)
_NUMBERS = ("hold", "excess_5xx", "excess_4xx", "p99_ratio", "least")


class CanaryForm(Form):
    """Asks for a plan."""

    def __init__(self, detail: EndpointDetail, drafts: Drafts) -> None:
        self._detail = detail
        weights = weights_of(detail)
        by_share = sorted(weights, key=lambda one: one.weight)
        new, old = by_share[0].name, by_share[-1].name
        choices = tuple((f"{one.name}, {weight_text(share_of(one.name, weights))} % now", one.name) for one in weights)
        ahead = [step for step in _STEPS if step > share_of(new, weights)]
        super().__init__(
            f"Canary on {detail.endpoint.name}",
            (
                Field("new", "Takes over", new, choices),
                Field("old", "Compared with", old, choices),
                Field("steps", "Steps in percent", ", ".join(map(weight_text, ahead))),
                Field("hold", "Minutes a step", "5"),
                Field("excess_5xx", "5XX bound", "1", note="Percentage points above the variant it is compared with."),
                Field(
                    "excess_4xx",
                    "4XX bound",
                    "1",
                    note="Likewise: built-in containers answer 4XX to rows of a wrong width.",
                ),
                Field(
                    "p99_ratio", "p99 bound", "1.5", note="Times as long as that of the variant it is compared with."
                ),
                Field("least", "Requests a step", "100", note="To each variant; with fewer a step is not passed."),
            ),
            "Begin",
            f"canary of {detail.endpoint.name}",
            drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {key: "A plain number." for key in _NUMBERS if _number(values[key]) is None}
        if not values["least"].isdecimal():
            problems["least"] = "A whole number."
        try:
            parse_steps(values["steps"])
        except ValueError as error:
            problems["steps"] = str(error)
        if not problems and (problem := self.plan(values).problem):
            problems["least" if "requests" in problem else "new"] = problem
        return problems

    def plan(self, values: Mapping[str, str]) -> CanaryPlan:
        """What the values mean; there must be no problem with any of them alone."""
        numbers = {key: _number(values[key]) or 0.0 for key in _NUMBERS}
        return CanaryPlan(
            self._detail.endpoint.name,
            values["new"],
            values["old"],
            weights_of(self._detail),
            parse_steps(values["steps"]),
            60 * numbers["hold"],
            Bounds(
                numbers["excess_5xx"] / 100, numbers["excess_4xx"] / 100, numbers["p99_ratio"], int(values["least"])
            ),
        )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number >= 0 and number != float("inf") else None
