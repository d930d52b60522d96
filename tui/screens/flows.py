"""Which road fulfils which wish of a pane."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from tui.panes import data_messages, endpoint_messages, job_messages, log_messages, messages, transform_messages
from tui.resources.datasets import DataError
from tui.screens.stage import Stage
from tui.service.errors import ServiceError

Road = Callable[[Stage, Any], Awaitable[None]]

ROADS: dict[type[messages.Wish], str] = {
    data_messages.SampleWanted: "data_flows.write_sample",
    data_messages.DatasetWanted: "data_flows.make_dataset",
    data_messages.RepairWanted: "data_flows.repair",
    data_messages.PreviewWanted: "data_flows.preview",
    data_messages.FileWatchWanted: "watch_flows.watch_file",
    data_messages.FolderWatchWanted: "watch_flows.watch_folder",
    data_messages.WatchRunWanted: "watch_flows.run_now",
    data_messages.UnwatchWanted: "watch_flows.unwatch",
    data_messages.BrowserWanted: "s3_flows.browse",
    data_messages.UploadWanted: "s3_flows.upload",
    data_messages.FetchWanted: "s3_flows.fetch",
    data_messages.VersionsWanted: "s3_flows.choose_version",
    data_messages.ObjectCopyWanted: "s3_flows.copy",
    data_messages.ObjectDeleteWanted: "s3_flows.delete",
    job_messages.TrainingWanted: "training_flows.train",
    job_messages.CloneWanted: "training_flows.clone",
    messages.WhyWanted: "why_flows.explain",
    job_messages.StopWanted: "training_flows.stop",
    job_messages.DeleteWanted: "training_flows.delete",
    job_messages.CompareWanted: "training_flows.compare",
    job_messages.TuningWanted: "tuning_flows.tune",
    job_messages.TuningCloneWanted: "tuning_flows.clone",
    job_messages.TuningStopWanted: "tuning_flows.stop",
    job_messages.TuningDeleteWanted: "tuning_flows.delete",
    job_messages.TrialsWanted: "tuning_flows.show_trials",
    job_messages.BestWanted: "tuning_flows.go_on_with_best",
    endpoint_messages.DeployWanted: "endpoint_flows.deploy",
    endpoint_messages.EndpointUpdateWanted: "update_flows.update",
    endpoint_messages.ShutDownWanted: "shut_down_flows.shut_down",
    endpoint_messages.IdleWanted: "shut_down_flows.show_idle",
    endpoint_messages.ModelWanted: "model_flows.create",
    endpoint_messages.ModelDeleteWanted: "model_flows.delete",
    transform_messages.TransformWanted: "transform_flows.transform",
    transform_messages.TransformCloneWanted: "transform_flows.clone",
    transform_messages.TransformStopWanted: "transform_flows.stop",
    transform_messages.ResultsWanted: "results_flows.show_results",
    transform_messages.LabelsWanted: "results_flows.choose_labels",
    transform_messages.TrainWithWanted: "results_flows.train_with",
    transform_messages.DownloadWanted: "results_flows.download",
    endpoint_messages.WeightsWanted: "traffic_flows.edit_weights",
    endpoint_messages.CanaryWanted: "traffic_flows.canary",
    endpoint_messages.NewCanaryWanted: "traffic_flows.begin_canary",
    endpoint_messages.InvokeWanted: "traffic_flows.invoke",
    endpoint_messages.PayloadWanted: "traffic_flows.edit_payload",
    endpoint_messages.RowWanted: "traffic_flows.choose_rows",
    log_messages.LogsAtWanted: "traffic_flows.show_logs_at",
    endpoint_messages.JudgeWanted: "traffic_flows.judge",
    endpoint_messages.MistakesWanted: "traffic_flows.show_mistakes",
    endpoint_messages.PromoteWanted: "traffic_flows.promote",
    log_messages.StreamsWanted: "log_flows.choose_streams",
    log_messages.LiveTailWanted: "log_flows.begin_live_tail",
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
