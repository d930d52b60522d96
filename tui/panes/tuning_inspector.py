"""One tuning job in full, beside the list or over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.panes.inspector import Following, Inspector
from tui.resources.tuning import TuningJobDetail
from tui.service.tuning import Tuning

if TYPE_CHECKING:
    from tui.panes.tuning_views import TuningViews


class TuningInspector(Inspector["TuningViews"]):
    """Views: `summary`, `pictures` and `request`."""

    def __init__(self, tuning: Tuning, cost: Callable[[TuningJobDetail], Awaitable[str]]) -> None:
        super().__init__()
        self._tuning = tuning
        self._cost = cost

    def make_views(self, initial: str) -> TuningViews:
        """The views of a tuning job."""
        from tui.panes.tuning_views import TuningViews  # noqa: PLC0415 - not on the way to the first paint

        return TuningViews(initial=initial)

    async def follow(self, views: TuningViews, subject: str) -> None:
        """Follow the job's description."""
        async for snapshot in self._tuning.detail(subject).watch():
            if snapshot.value:
                views.show_detail(snapshot.value, await self._cost(snapshot.value))
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    def follow_view(self, views: TuningViews, subject: str, view: str) -> Following | None:
        """The trials are read only while their pictures are looked at."""
        return partial(self._follow_trials, views, subject) if view == "pictures" else None

    async def _follow_trials(self, views: TuningViews, name: str) -> None:
        async for snapshot in self._tuning.trials(name).watch():
            detail = self._tuning.detail(name).snapshot.value
            if snapshot.value is not None and detail is not None:
                await views.show_trials(detail, snapshot.value)
