"""Which road fulfils which wish of a pane."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from tui.panes import messages
from tui.resources.datasets import DataError
from tui.screens.stage import Stage
from tui.service.errors import ServiceError

Road = Callable[[Stage, Any], Awaitable[None]]

ROADS: dict[type[messages.Wish], str] = {
    messages.SampleWanted: "data_flows.write_sample",
    messages.DatasetWanted: "data_flows.make_dataset",
    messages.RepairWanted: "data_flows.repair",
    messages.PreviewWanted: "data_flows.preview",
    messages.FileWatchWanted: "watch_flows.watch_file",
    messages.FolderWatchWanted: "watch_flows.watch_folder",
    messages.WatchRunWanted: "watch_flows.run_now",
    messages.UnwatchWanted: "watch_flows.unwatch",
    messages.BrowserWanted: "s3_flows.browse",
    messages.UploadWanted: "s3_flows.upload",
    messages.FetchWanted: "s3_flows.fetch",
    messages.VersionsWanted: "s3_flows.choose_version",
    messages.ObjectCopyWanted: "s3_flows.copy",
    messages.ObjectDeleteWanted: "s3_flows.delete",
    messages.TrainingWanted: "training_flows.train",
    messages.CloneWanted: "training_flows.clone",
    messages.WhyWanted: "why_flows.explain",
    messages.StopWanted: "training_flows.stop",
    messages.DeleteWanted: "training_flows.delete",
    messages.CompareWanted: "training_flows.compare",
    messages.TuningWanted: "tuning_flows.tune",
    messages.TuningCloneWanted: "tuning_flows.clone",
    messages.TuningStopWanted: "tuning_flows.stop",
    messages.TuningDeleteWanted: "tuning_flows.delete",
    messages.TrialsWanted: "tuning_flows.show_trials",
    messages.BestWanted: "tuning_flows.go_on_with_best",
    messages.DeployWanted: "endpoint_flows.deploy",
    messages.EndpointUpdateWanted: "endpoint_flows.update",
    messages.ShutDownWanted: "shut_down_flows.shut_down",
    messages.IdleWanted: "shut_down_flows.show_idle",
    messages.ModelWanted: "model_flows.create",
    messages.ModelDeleteWanted: "model_flows.delete",
    messages.TransformWanted: "transform_flows.transform",
    messages.TransformCloneWanted: "transform_flows.clone",
    messages.TransformStopWanted: "transform_flows.stop",
    messages.ResultsWanted: "results_flows.show_results",
    messages.LabelsWanted: "results_flows.choose_labels",
    messages.TrainWithWanted: "results_flows.train_with",
    messages.DownloadWanted: "results_flows.download",
    messages.WeightsWanted: "traffic_flows.edit_weights",
    messages.CanaryWanted: "traffic_flows.canary",
    messages.NewCanaryWanted: "traffic_flows.begin_canary",
    messages.InvokeWanted: "traffic_flows.invoke",
    messages.PayloadWanted: "traffic_flows.edit_payload",
    messages.RowWanted: "traffic_flows.choose_rows",
    messages.LogsAtWanted: "traffic_flows.show_logs_at",
    messages.JudgeWanted: "traffic_flows.judge",
    messages.MistakesWanted: "traffic_flows.show_mistakes",
    messages.PromoteWanted: "traffic_flows.promote",
    messages.StreamsWanted: "log_flows.choose_streams",
    messages.LiveTailWanted: "log_flows.begin_live_tail",
}
"""Module and function of each road: a module is imported when a road of it is first walked, for all of them together
would make the first key that asks for one wait for half a second."""


async def road(wish: type[messages.Wish]) -> Road:
    """The road that fulfils such a wish; the person can go on typing while its module is read."""
    module, _, name = ROADS[wish].partition(".")
    found: Road = getattr(await asyncio.to_thread(import_module, f"tui.screens.{module}"), name)
    return found


async def fulfil(stage: Stage, wish: messages.Wish) -> None:
    """Walk the road that a wish asks for; what goes wrong on it is said, and ends it."""
    try:
        walk = await road(type(wish))
        await walk(stage, wish)
    except (ServiceError, DataError) as error:
        stage.say(str(error), "error")
