"""Models: the list, one in full, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.resources.models import Model, ModelDetail, TrainedModel, model_name, model_request
from tui.service.errors import NotFound
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.live_list import LiveList
from tui.service.pace import Pace


class Models:
    """The models of an account and region."""

    def __init__(self, gateway: Gateway, pace: Callable[[], Pace] = Pace) -> None:
        self._gateway = gateway
        self._details: dict[str, Feed[ModelDetail]] = {}
        self.list = LiveList(gateway, "ListModels", "Models", Model.from_summary, pace=pace)
        """The newest models first, live."""

    def detail(self, name: str) -> Feed[ModelDetail]:
        """One model in full; models never change, so it is asked for once."""
        if name not in self._details:
            self._details[name] = Feed(lambda: self.describe(name), lambda _: None)
        return self._details[name]

    async def describe(self, name: str) -> ModelDetail:
        """One model in full, now."""
        return ModelDetail.from_description(await self._gateway.call("sagemaker", "DescribeModel", ModelName=name))

    async def find(self, name: str) -> ModelDetail | None:
        """One model in full; None when there is none of that name."""
        try:
            return await self.describe(name)
        except NotFound:
            return None

    async def create(self, request: Mapping[str, Any]) -> str:
        """Create a model; its ARN. `request` has the members of CreateModel."""
        answer = await self._gateway.call("sagemaker", "CreateModel", **request)
        self.list.feed.wake()
        return str(answer["ModelArn"])

    async def of(self, trained: TrainedModel) -> tuple[str, bool]:
        """The name of the model of a training job, and whether it was made just now.

        A model that has the name and another artifact is left alone: the new one gets a number behind its name.
        """
        base, number = model_name(trained.job), 1
        while True:
            suffix = f"-{number}" if number > 1 else ""
            name = base[: 63 - len(suffix)] + suffix
            known = await self.find(name)
            if known is None:
                await self.create(model_request(name, trained))
                return name, True
            if (known.data_url, known.image) == (trained.artifact, trained.image):
                return name, False
            number += 1

    async def delete(self, name: str) -> None:
        """Delete a model; its artifact stays."""
        await self._gateway.call("sagemaker", "DeleteModel", ModelName=name)
        self._details.pop(name, None)
        self.list.forget(name)
