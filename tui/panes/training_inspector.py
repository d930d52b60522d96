"""One training job in full, beside the list or over it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.panes.inspector import Following, Inspector
from tui.service.errors import ServiceError
from tui.service.training import Training

if TYPE_CHECKING:
    from tui.panes.training_views import TrainingViews


class TrainingInspector(Inspector["TrainingViews"]):
    """Views: `summary`, `metrics` and `request`."""

    def __init__(self, training: Training) -> None:
        super().__init__()
        self._training = training

    def make_views(self, initial: str) -> TrainingViews:
        """The three views of a job."""
        from tui.panes.training_views import TrainingViews  # noqa: PLC0415 - not on the way to the first paint

        return TrainingViews(initial=initial)

    async def follow(self, views: TrainingViews, subject: str) -> None:
        """Follow the job's description."""
        async for snapshot in self._training.detail(subject).watch():
            if snapshot.value:
                views.show_detail(snapshot.value)
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    def follow_view(self, views: TrainingViews, subject: str, view: str) -> Following | None:
        """The curves are read from the log only while they are looked at."""
        return partial(self._follow_curves, views, subject) if view == "metrics" else None

    async def _follow_curves(self, views: TrainingViews, name: str) -> None:
        try:
            async for points in self._training.curves(name):
                views.show_points(points)
        except ServiceError as error:
            views.show_problem(str(error))
