"""The roads of models: from a training job to a model, and to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tui.drafts import Drafts
from tui.panes.endpoint_messages import ModelDeleteWanted, ModelWanted
from tui.panes.models import ModelsPane
from tui.resources.models import (
    NAME_LIMIT,
    ModelDetail,
    TrainedModel,
    model_name,
    model_name_problem,
    model_request,
)
from tui.screens.dialogs import TypeName
from tui.screens.endpoint_flows import completed_jobs, trained_model
from tui.screens.form import Field, Form
from tui.screens.source_picker import SourcePicker
from tui.screens.stage import Stage
from tui.screens.training_form import role_problem


class ModelForm(Form):
    """Makes a model of what a training job left."""

    def __init__(self, trained: TrainedModel, drafts: Drafts, taken: Collection[str]) -> None:
        self._taken = taken
        super().__init__(
            f"Model of {trained.job}",
            (
                Field("name", "Name", model_name(trained.job)),
                Field("image", "Image", trained.image, note="The container that serves the artifact."),
                Field("artifact", "Artifact", trained.artifact, note="Read when an endpoint or a transform starts."),
                Field("role", "Role", trained.role),
            ),
            "Make the model",
            f"model of {trained.job}",
            drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        taken = "A model of that name exists already." if values["name"] in self._taken else ""
        problems = {
            "name": model_name_problem(values["name"]) or taken,
            "image": "" if "/" in values["image"] else "An image is given by its registry path.",
            "artifact": "" if values["artifact"].startswith("s3://") else "An S3 address looks like s3://bucket/key.",
            "role": role_problem(values["role"]),
        }
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How much of the name's length is used."""
        return {"name": f"{len(values['name'])} of {NAME_LIMIT} characters."}


async def create(stage: Stage, wish: ModelWanted) -> None:
    """Make a model of what a training job left."""
    job = wish.job or await _choose_job(stage)
    if not job:
        return
    trained = await trained_model(stage, job)
    models = stage.service.models
    form = ModelForm(trained, stage.drafts, models.list.names)
    values = await stage.ask(form)
    if values is None:
        return
    await models.create(
        model_request(values["name"], TrainedModel(job, values["image"], values["artifact"], values["role"]))
    )
    form.forget_draft()
    await stage.show_pane("models")
    stage.screen.query_one(ModelsPane).expect(values["name"])


async def _choose_job(stage: Stage) -> str:
    jobs = tuple(await completed_jobs(stage))
    if not jobs:
        stage.say("There is no completed training job yet: press 3 and train one.", "warning")
        return ""
    chosen = await stage.ask(SourcePicker("A model of which training job?", jobs, several=False))
    return chosen[0].name if chosen else ""


async def delete(stage: Stage, wish: ModelDeleteWanted) -> None:
    """Delete a model, after what depends on it was said and its name was typed."""
    users = await stage.service.shutting_down.users_of(wish.name)
    detail = await stage.service.models.describe(wish.name)
    if await stage.ask(TypeName(wish.name, f"Delete the model {wish.name}?", _consequences(detail, users.used_by))):
        await stage.service.models.delete(wish.name)


def _consequences(detail: ModelDetail, users: Collection[str]) -> str:
    stays = f"Its artifact {detail.data_url} stays." if detail.data_url else "Its artifact stays."
    if not users:
        return f"Nothing uses it. {stays}"
    return (
        f"It is used by {', '.join(users)}. An endpoint that serves it goes on, but cannot be updated or get more "
        f"instances with it, and a configuration that names it cannot be deployed any more. {stays}"
    )
