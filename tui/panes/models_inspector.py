"""One model in full, beside the list or over it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.panes.inspector import Following, Inspector
from tui.service.endpoint_shutdown import ShuttingDown
from tui.service.errors import ServiceError
from tui.service.models import Models

if TYPE_CHECKING:
    from tui.panes.models_views import ModelViews


class ModelInspector(Inspector["ModelViews"]):
    """Views: `summary` and `request`."""

    def __init__(self, models: Models, shutting_down: ShuttingDown) -> None:
        super().__init__()
        self._models = models
        self._shutting_down = shutting_down

    def make_views(self, initial: str) -> ModelViews:
        """The views of a model."""
        from tui.panes.models_views import ModelViews  # noqa: PLC0415 - not on the way to the first paint

        return ModelViews(initial=initial)

    async def follow(self, views: ModelViews, subject: str) -> None:
        """Follow the model's description, which never changes."""
        async for snapshot in self._models.detail(subject).watch():
            if snapshot.value:
                views.show_detail(snapshot.value)
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    def follow_view(self, views: ModelViews, subject: str, view: str) -> Following | None:
        """Who uses it takes many calls the first time: they are made while the summary is looked at."""
        return partial(self._find_users, views, subject) if view == "summary" else None

    async def _find_users(self, views: ModelViews, name: str) -> None:
        try:
            views.show_users(await self._shutting_down.users_of(name))
        except ServiceError as error:
            views.show_no_users(str(error))
