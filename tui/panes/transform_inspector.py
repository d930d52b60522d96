"""One transform job in full, beside the list or over it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.panes.inspector import Following, Inspector
from tui.service.prices import Prices
from tui.service.transforms import Transforms

if TYPE_CHECKING:
    from tui.panes.transform_views import TransformViews


class TransformInspector(Inspector["TransformViews"]):
    """Views: `summary` and `request`."""

    def __init__(self, transforms: Transforms, prices: Prices) -> None:
        super().__init__()
        self._transforms = transforms
        self._prices = prices

    def make_views(self, initial: str) -> TransformViews:
        """The views of a transform job."""
        from tui.panes.transform_views import TransformViews  # noqa: PLC0415 - not on the way to the first paint

        return TransformViews(initial)

    async def follow(self, views: TransformViews, subject: str) -> None:
        """Follow the job's description."""
        priced = False
        async for snapshot in self._transforms.detail(subject).watch():
            if snapshot.value:
                views.show_detail(snapshot.value)
                if not priced:
                    priced = True
                    price = await self._prices.hourly(snapshot.value.instance_type, "transform")
                    views.show_price(price, billed=self._prices.billed)
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    def follow_view(self, views: TransformViews, subject: str, view: str) -> Following | None:
        """Files are listed only while the summary is looked at."""
        return partial(self._follow_files, views, subject) if view == "summary" else None

    async def _follow_files(self, views: TransformViews, name: str) -> None:
        async for snapshot in self._transforms.files(name).watch():
            if snapshot.value:
                views.show_files(snapshot.value)
