"""The pane of models: the live list, and beside it one model in full."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.endpoint_messages import DeployWanted, ModelDeleteWanted, ModelWanted
from tui.panes.list_pane import ListPane
from tui.panes.models_inspector import ModelInspector
from tui.panes.pane import writing
from tui.panes.transform_messages import TransformWanted
from tui.panes.wording import moment
from tui.resources.models import Model
from tui.service.endpoint_shutdown import ShuttingDown
from tui.service.models import Models
from widgets.table_columns import Column, fixed, flex

COLUMNS = (
    Column[Model](
        "name",
        "Name",
        lambda model: model.name,
        flex(share=3, minimum=16),
        shorten="middle",
        sort_key=lambda model: model.name,
        priority=9,
    ),
    Column[Model](
        "created", "Created", lambda model: moment(model.created), fixed(16), sort_key=lambda model: model.created
    ),
)


class ModelsPane(ListPane[Model]):
    """Models, newest first."""

    HEADING = "Models"
    NOUN = "model"
    EMPTY = """No models yet.

A model is an artifact with the image that serves it.
Press n to make one of a completed training job;
deploying a training job makes its model too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="models.new", tooltip="Make a model of what a training job left"),
        Binding("e", "deploy", "Deploy", id="models.deploy", tooltip="Deploy the model, or the marked ones together"),
        Binding("t", "transform", "Transform", id="models.transform", tooltip="Transform a data set with the model"),
        Binding("y", "inspect('request')", "Request", id="models.request", tooltip="The whole description as JSON"),
        Binding("ctrl+d", "delete", "Delete", id="models.delete", tooltip="Delete the model; its artifact stays"),
    ]

    def __init__(self, models: Models, shutting_down: ShuttingDown, *, read_only: bool) -> None:
        super().__init__(models.list, COLUMNS, ModelInspector(models, shutting_down), id="models")
        self._read_only = read_only

    def possible(self, row: Model | None) -> dict[str, bool | str]:
        """What can be done with the model under the cursor now."""
        with_row = dict.fromkeys(("deploy", "transform", "delete"), writing(self._read_only, row is not None))
        return {"new": writing(self._read_only, True)} | with_row

    def action_new(self) -> None:
        """Make a model of what a training job left."""
        self.post_message(ModelWanted())

    def action_deploy(self) -> None:
        """Deploy the marked models, or the one under the cursor."""
        self.post_message(DeployWanted(models=tuple(model.name for model in self.chosen)))

    def action_transform(self) -> None:
        """Transform data with the model under the cursor."""
        if model := self.table.cursor_row:
            self.post_message(TransformWanted(model.name))

    def action_delete(self) -> None:
        """Delete the model under the cursor."""
        if model := self.table.cursor_row:
            self.post_message(ModelDeleteWanted(model.name))
