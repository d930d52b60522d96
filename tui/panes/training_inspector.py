"""One training job in full, beside the list or over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.reactive import reactive

from tui.service.errors import ServiceError
from tui.service.training import Training

if TYPE_CHECKING:
    from tui.panes.training_views import TrainingViews


class TrainingInspector(Vertical):
    """Shows the job that `job_name` names; asks the service only while it is on the screen."""

    job_name: reactive[str | None] = reactive(None)
    view: reactive[str] = reactive("summary")
    """`summary`, `metrics` or `request`."""

    def __init__(self, training: Training) -> None:
        super().__init__(classes="inspector")
        self._training = training
        self._views: TrainingViews | None = None

    def on_mount(self) -> None:
        """Make the views after the first paint, which is too early for a job to be looked at."""
        self.call_after_refresh(self._mount_views)

    async def _mount_views(self) -> None:
        from tui.panes.training_views import TrainingViews  # noqa: PLC0415 - not on the way to the first paint

        views = TrainingViews(initial=self.view)
        await self.mount(views)
        self._views = views
        self._look()

    def on_show(self) -> None:
        """Look again at what was looked at before."""
        self._look()

    def on_hide(self) -> None:
        """Ask nothing while hidden."""
        self.workers.cancel_node(self)

    def watch_job_name(self) -> None:
        """Another job."""
        if self._views:
            self._views.clear()
        self._look()

    def watch_view(self, view: str) -> None:
        """Another view of the same job."""
        if self._views:
            self._views.current = view
        self._look()

    def focus_view(self) -> None:
        """Keys scroll the view."""
        if self._views and self._views.visible_content:
            self._views.visible_content.focus()

    def _look(self) -> None:
        self.workers.cancel_node(self)
        if self.job_name and self._views and self.display:
            self.run_worker(self._follow_detail(self._views, self.job_name), group="detail")
            if self.view == "metrics":
                self.run_worker(self._follow_curves(self._views, self.job_name), group="curves")

    async def _follow_detail(self, views: TrainingViews, name: str) -> None:
        async for snapshot in self._training.detail(name).watch():
            if snapshot.value:
                views.show_detail(snapshot.value)
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    async def _follow_curves(self, views: TrainingViews, name: str) -> None:
        try:
            async for points in self._training.curves(name):
                views.show_points(points)
        except ServiceError as error:
            views.show_problem(str(error))
