"""The roads of files: up to S3 and down, from place to place in it, and out of it for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tui.panes.data_browser import BrowserPane
from tui.panes.data_inspector import upload_line
from tui.panes.data_messages import (
    BrowserWanted,
    FetchWanted,
    ObjectCopyWanted,
    ObjectDeleteWanted,
    UploadWanted,
    VersionsWanted,
)
from tui.panes.wording import count, moment, size
from tui.resources.datasets import DataError, UploadProgress
from tui.resources.s3_objects import S3Version, TransferPlan, Transferred, place_named
from tui.screens.dialogs import Choose, Confirm, TypeName
from tui.screens.form import Field, Form
from tui.screens.stage import Ending, Stage

_LISTED = 5
"""Names that a question lists before it says how many more there are."""

OnProgress = Callable[[UploadProgress], None]


async def browse(stage: Stage, wish: BrowserWanted) -> None:
    """Show a folder beside the buckets, or beside the place that was looked at last."""
    service, folder = stage.service, Path(wish.folder)
    if known := stage.screen.query(BrowserPane):
        known.first().show_folder(folder)
        await stage.show_pane("browser")
    else:
        await stage.open_pane(BrowserPane(service.datasets, service.files, folder, read_only=stage.read_only))


async def upload(stage: Stage, wish: UploadWanted) -> None:
    """Upload files and folders, after asking when objects would be replaced."""
    files = stage.service.files
    with _under_way(stage, "Upload") as show:
        plan = await files.plan_upload(wish.paths, wish.place)
        if not plan.files:
            stage.say("There is no file in it: nothing to upload.", "warning")
            return
        if not await _may_replace(stage, plan):
            return
        done = await files.upload(wish.paths, wish.place, show)
    stage.say(_told("Uploaded", done))


async def fetch(stage: Stage, wish: FetchWanted) -> None:
    """Download objects and prefixes."""
    files, folder = stage.service.files, Path(wish.folder)
    with _under_way(stage, "Download") as show:
        plan = await files.plan_download(wish.place, wish.names, folder)
        if plan.taken:
            names = _named([str(Path(path).relative_to(folder)) for path in plan.taken])
            why = "is there already with other content, and nothing is overwritten"
            stage.say(f"{names} {why}. Move it away first.", "error")
            return
        done = await files.download(wish.place, wish.names, folder, show)
    stage.say(_told("Downloaded", done))


async def choose_version(stage: Stage, wish: VersionsWanted) -> None:
    """Download one of the versions of an object."""
    files, place = stage.service.files, wish.place
    found = await files.versions(place.bucket, place.prefix + wish.name)
    if not found:
        stage.say(f"The bucket {place.bucket} keeps no versions: {wish.name} is all there is.")
        return
    choices = tuple((version.id, _described(version)) for version in found)
    chosen = await stage.ask(Choose(f"Download which version of {wish.name}?", choices))
    version = next((version for version in found if version.id == chosen), None)
    if version and version.deleted:
        stage.say("This one says that the object was deleted; it has no bytes.", "warning")
    elif version:
        with _under_way(stage, "Download") as show:
            done = await files.download(place, [wish.name], Path(wish.folder), show, version=version.id)
        stage.say(_told("Downloaded", done))


def _described(version: S3Version) -> str:
    what = "deleted" if version.deleted else size(version.size)
    return f"{moment(version.modified)}  {what}{'  the latest' if version.latest else ''}"


async def copy(stage: Stage, wish: ObjectCopyWanted) -> None:
    """Copy or move objects to a place that is asked for."""
    files = stage.service.files
    values = await stage.ask(TargetForm(stage, wish))
    if values is None:
        return
    target = place_named(values["target"])
    with _under_way(stage, "Move" if wish.move else "Copy") as show:
        plan = await files.plan_copy(wish.place, wish.names, target)
        if not await _may_replace(stage, plan):
            return
        done = await files.copy(wish.place, wish.names, target, show, move=wish.move)
    stage.drafts.forget(TargetForm.DRAFT)
    verb = "Moved" if wish.move else "Copied"
    stage.say(f"{verb} {count(done.files, 'object')}, {size(done.size)}, to {target}.")


async def delete(stage: Stage, wish: ObjectDeleteWanted) -> None:
    """Delete objects after asking; a prefix, with everything below it, after its name was typed."""
    files, place = stage.service.files, wish.place
    prefixes = [name for name in wish.names if name.endswith("/")]
    with _under_way(stage, "Delete") as show:
        if not prefixes:
            question = f"Delete {_named(wish.names)}?"
            detail = f"From {place}. Without versions it is gone for good."
            agreed = await stage.ask(Confirm(question, detail, "Delete"))
        else:
            extents = [await files.measure(place.bucket, place.prefix + name) for name in prefixes]
            objects = sum(extent.objects for extent in extents) + len(wish.names) - len(prefixes)
            total = size(sum(extent.size for extent in extents))
            name = wish.names[0] if len(wish.names) == 1 else place.bucket
            detail = (
                f"{count(objects, 'object')} go, {total} of them below {_named(prefixes)}, for good without versions."
            )
            agreed = await stage.ask(TypeName(name, f"Delete {_named(wish.names)} from {place}?", detail))
        if not agreed:
            return
        done = await files.delete(place, wish.names, show)
    stage.say(f"Deleted {count(done.files, 'object')}.")


class TargetForm(Form):
    """Asks for the place that objects are copied or moved to."""

    DRAFT = "s3 target"

    def __init__(self, stage: Stage, wish: ObjectCopyWanted) -> None:
        verb = "Move" if wish.move else "Copy"
        note = "A prefix ends in a slash; a single object can get another name."
        super().__init__(
            f"{verb} {_named(wish.names)}",
            (Field("target", "To", str(wish.place), note=note),),
            verb,
            self.DRAFT,
            stage.drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the place."""
        try:
            place_named(values["target"])
        except DataError as error:
            return {"target": str(error)}
        return {}


_STAYS = {
    "Upload": "those stay",
    "Download": "those stay",
    "Copy": "those stay",
    "Move": "those are in both places",
    "Delete": "the others stay",
}
"""What becomes of those that were done when it ends before its time."""

_GOES_ON = {"Upload": "u goes on with the rest", "Download": "f goes on with the rest"}
"""How what has ended goes on."""

_NOUNS = {"Upload": "upload", "Download": "download", "Copy": "copying", "Move": "move", "Delete": "deletion"}


@contextmanager
def _under_way(stage: Stage, verb: str) -> Iterator[OnProgress]:
    """Let the browser say what is done and how far it is; a person who cancels is told what stays."""
    pane = stage.screen.query_one(BrowserPane)
    last: UploadProgress | None = None

    def show(progress: UploadProgress) -> None:
        nonlocal last
        last = progress
        pane.activity = upload_line(verb, progress)

    pane.activity = f"{verb}: looking at what is there… (x cancels)"
    try:
        with stage.ending(lambda: _ending_of(verb, last) if last else None):
            yield show
    except asyncio.CancelledError:
        if pane.is_attached:  # else the console is being left
            stage.say(_cancelled(verb, last))
        raise
    finally:
        pane.activity = ""
        pane.reread()


def _cancelled(verb: str, last: UploadProgress | None) -> str:
    """What is left, going by what was heard last."""
    if last is None:
        return f"{verb} cancelled before it began."
    if last.files == 1 and not last.files_done:
        return f"{verb} cancelled: nothing of it is left."
    rest = f", of the others there is no part. {_GOES_ON[verb]}" if verb in _GOES_ON else ""
    return f"{verb} cancelled after {last.files_done:,} of {count(last.files, 'file')}: {_STAYS[verb]}{rest}."


def _ending_of(verb: str, last: UploadProgress) -> Ending:
    """What is left when the console ends: unlike a person who cancels, that takes nothing back."""
    far = f"{last.files_done:,} of {count(last.files, 'file')}"
    rest = f", and {_GOES_ON[verb]}" if verb in _GOES_ON else ""
    return Ending(_NOUNS[verb], f"ends after {far}: {_STAYS[verb]}{rest}")


async def _may_replace(stage: Stage, plan: TransferPlan) -> bool:
    if not plan.taken:
        return True
    detail = f"{_named(plan.taken)} exists already and is replaced, for good where no versions are kept."
    replaced = f"Replace {len(plan.taken):,} of {count(plan.files, 'object')}?"
    agreed = await stage.ask(Confirm(replaced, detail, "Replace"))
    return agreed is True


def _told(verb: str, done: Transferred) -> str:
    kept = f"; {size(done.kept)} had arrived before" if done.kept else ""
    unchecked = f"; S3 does not tell the checksum of {done.unchecked:,} of them" if done.unchecked else ""
    return f"{verb} {count(done.files, 'file')}, {size(done.size)}, checked{kept}{unchecked}."


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
