"""What a person who leaves is asked: what ends with the console, and what goes on and costs money."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.resources.canary import CanaryState
from tui.resources.endpoints import Endpoint
from tui.resources.jobs import Job
from tui.screens.burn import farewell, serving
from tui.screens.stage import Ending

_NAMED = 4
"""Things that the question names before it says how many more there are."""


def last_question(
    jobs: Sequence[Job],
    canaries: Sequence[CanaryState],
    watched: Sequence[str],
    endings: Sequence[Ending],
    endpoints: Sequence[Endpoint],
    *,
    embedded: bool,
) -> tuple[str, str] | None:
    """The question and what speaks for staying; None when nothing does.

    `watched` are the paths that the console watches, `endings` what its roads would lose, `endpoints` those whose cost
    the person has not heard of yet; the embedded SageMaker's cost nothing, and rest.
    """
    failing = [job.name for job in jobs if job.running and embedded]
    ending = [*map(_of_canary, canaries), *endings]
    found = serving(endpoints)
    question, cost = farewell(found) if found and not embedded else ("", "")
    if runs := [*failing, *(f"the {one.what}" for one in ending), *([_watches(watched)] if watched else [])]:
        alone = len(runs) == 1 and len(watched) < 2
        question = f"Quit while {_and(runs)} {'runs' if alone else 'run'}?"
    if not question:
        return None
    lines = ["The embedded SageMaker ends with the console, and a job that runs then fails."] if failing else []
    lines += ["Its endpoints rest until it is started again."] if failing and found else []
    lines += [f"The {one.what} {one.then}." for one in ending]
    lines += [_rest(watched)] if watched else []
    return question, "\n".join([*lines, *([cost] if cost else [])])


def _of_canary(state: CanaryState) -> Ending:
    """What becomes of a ladder."""
    plan = state.plan
    where = "on its way back" if state.phase == "going back" else f"at step {state.step + 1} of {len(plan.steps)}"
    return Ending(f"canary of {plan.endpoint}", f"ends {where}; its traffic stays at {state.weights_said}, unwatched")


def _watches(paths: Sequence[str]) -> str:
    return f"the watch on {Path(paths[0]).name}" if len(paths) == 1 else f"{len(paths):,} watches"


def _rest(paths: Sequence[str]) -> str:
    """What becomes of watches: they are kept, with what their files were like when they were last uploaded."""
    begins = "A watch rests" if len(paths) == 1 else "Watches rest"
    return f"{begins} until the console is started again; what has changed by then is uploaded then."


def _and(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    named = [*names[:_NAMED], f"{more:,} more"] if more > 0 else names
    return " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
