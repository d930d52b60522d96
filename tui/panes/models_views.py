"""The views of a model: summary with who uses it, the whole description."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.facts import LABEL_WIDTH, as_json, fact, heading
from tui.panes.inspector import Views
from tui.panes.wording import moment
from tui.resources.endpoint_deployments import Belonging
from tui.resources.models import ModelDetail
from widgets.text import content, middle


class ModelViews(Views):
    """Shows what it is given of one model, one view at a time."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial=initial)
        # Held rather than looked up: the last news may come while the screen is being taken down.
        self.summary, self.users, self.request = Static(), Static(), Static()

    def compose(self) -> ComposeResult:
        """The views; their ids are the names by which they are asked for."""
        yield VerticalScroll(self.summary, self.users, id="summary", classes="inspector-view")
        yield VerticalScroll(self.request, id="request", classes="inspector-view")

    def clear(self) -> None:
        """Show nothing."""
        for text in (self.summary, self.users, self.request):
            text.update("")

    def show_detail(self, detail: ModelDetail) -> None:
        """Show a model."""
        self.summary.update(summary(detail, self.content_size.width - 2))
        self.request.update(content(as_json(detail.description)))

    def show_users(self, found: Belonging) -> None:
        """Show who uses it."""
        lines = [Content(""), heading("Used by")]
        lines += [content(user) for user in found.used_by] or [content("nothing", "$text-muted")]
        if found.unsure:
            lines.append(content(found.unsure, "$text-warning"))
        self.users.update(Content("\n").join(lines))

    def show_no_users(self, problem: str) -> None:
        """Say why it is not known who uses it."""
        self.users.update(Content("\n").join([Content(""), heading("Used by"), content(problem, "$text-error")]))

    def show_problem(self, problem: str) -> None:
        """Say why there is nothing to show."""
        self.summary.update(content(problem, "$text-error"))


def summary(detail: ModelDetail, width: int) -> Content:
    """A model as a person wants to know it."""
    facts = [
        ("Image", detail.image.rsplit("/", 1)[-1]),
        ("Registry", detail.image.rpartition("/")[0]),
        ("Artifact", detail.data_url),
        ("Containers", str(detail.containers) if detail.containers > 1 else ""),
        ("Role", detail.role),
        ("Created", moment(detail.model.created)),
    ]
    room = max(20, width - LABEL_WIDTH - 1)
    container = detail.description.get("PrimaryContainer", {})
    parts = [heading(detail.model.name), Content("")]
    parts += [fact(name, middle(value, room)) for name, value in facts if value]
    if environment := container.get("Environment", {}):
        parts += [Content(""), heading("Environment")]
        parts += [fact(name, str(value), 30) for name, value in sorted(environment.items())]
    return Content("\n").join(parts)
