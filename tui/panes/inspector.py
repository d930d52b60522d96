"""One resource in full, beside its list or over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar

from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import ContentSwitcher

from widgets.worker_owner import WorkerOwner


class Views(ContentSwitcher):
    """The views of a resource, one at a time; their ids are the names by which they are asked for."""

    def clear(self) -> None:
        """Show nothing."""
        raise NotImplementedError


V = TypeVar("V", bound=Views)

Following = Callable[[], Awaitable[None]]
"""Something that shows what becomes of a resource until it is cancelled."""


class Inspector(WorkerOwner, Vertical, Generic[V]):
    """Shows the resource that `subject` names; asks the service only while it is on the screen."""

    subject: reactive[str | None] = reactive(None)
    view: reactive[str] = reactive("summary")
    """The id of the view that is shown."""

    def __init__(self) -> None:
        super().__init__(classes="inspector")
        self._views: V | None = None

    def make_views(self, initial: str) -> V:
        """The views; called after the first paint, which is too early for anything to be looked at."""
        raise NotImplementedError

    def follow(self, views: V, subject: str) -> Awaitable[None]:
        """Show the resource and what becomes of it, until cancelled."""
        raise NotImplementedError

    def follow_view(self, views: V, subject: str, view: str) -> Following | None:
        """Likewise what only one view needs; None for a view that needs no more than `follow` shows."""
        return None

    def on_mount(self) -> None:
        """Make the views."""
        self.call_after_refresh(self._mount_views)

    async def _mount_views(self) -> None:
        if not self.is_attached:  # the console is left before it has shown anything
            return
        views = self.make_views(self.view)
        await self.mount(views)
        self._views = views
        self._look()

    def on_show(self) -> None:
        """Look again at what was looked at before."""
        self._look()

    def on_hide(self) -> None:
        """Ask nothing while hidden."""
        self.workers.cancel_node(self)

    def watch_subject(self) -> None:
        """Another resource."""
        if self._views:
            self._views.clear()
        self._look()

    def watch_view(self, view: str) -> None:
        """Another view of the same resource."""
        if self._views:
            self._views.current = view
        self._look()

    def focus_view(self) -> None:
        """Keys scroll the view."""
        if self._views and self._views.visible_content:
            self._views.visible_content.focus()

    def _look(self) -> None:
        self.workers.cancel_node(self)
        if self.subject and self._views and self.display:
            self.run_worker(partial(self.follow, self._views, self.subject), group="resource")
            if following := self.follow_view(self._views, self.subject, self.view):
                self.run_worker(following, group="view")
