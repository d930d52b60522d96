"""What a person who leaves is asked: what ends with the console, and what goes on and costs money."""

from __future__ import annotations

from collections.abc import Sequence

from tui.resources.canary import CanaryState
from tui.resources.endpoints import Endpoint
from tui.resources.training import TrainingJob
from tui.screens.burn import farewell, serving

_NAMED = 3


def last_question(
    jobs: Sequence[TrainingJob], canaries: Sequence[CanaryState], endpoints: Sequence[Endpoint], *, embedded: bool
) -> tuple[str, str] | None:
    """The question and what speaks for staying; None when nothing does.

    `endpoints` are those whose cost the person has not heard of yet; the embedded SageMaker's cost nothing, and rest.
    """
    failing = [job.name for job in jobs if job.running and embedded][:_NAMED]
    runs = [*failing, *(f"the canary of {state.plan.endpoint}" for state in canaries)]
    found = serving(endpoints)
    question, cost = farewell(found) if found and not embedded else ("", "")
    if runs:
        question = f"Quit while {_and(runs)} {'runs' if len(runs) == 1 else 'run'}?"
    if not question:
        return None
    lines = ["The embedded SageMaker ends with the console, and a job that runs then fails."] if failing else []
    lines += ["Its endpoints rest until it is started again."] if failing and found else []
    return question, "\n".join([*lines, *map(_left, canaries), *([cost] if cost else [])])


def _left(state: CanaryState) -> str:
    """What becomes of a ladder."""
    plan = state.plan
    where = "on its way back" if state.phase == "going back" else f"at step {state.step + 1} of {len(plan.steps)}"
    return f"The canary of {plan.endpoint} ends {where}; its traffic stays at {state.weights_said}, unwatched."


def _and(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
