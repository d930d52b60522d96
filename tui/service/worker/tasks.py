"""The tasks a console may ask for by name; each imports what it needs when it is first run."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from tui.service.worker.context import TaskContext

_PLACES = {
    "list_folder": "folders",
    "peek_csv": "csv_detection",
    "preview_rows": "preview_paging",
    "inspect_csv": "csv_inspection",
    "repair_csv": "csv_repairing",
    "split_csv": "splitting",
    "upload_dataset": "uploading",
    "list_datasets": "uploading",
    "watch_paths": "watching",
    "list_s3": "s3_browsing",
    "list_s3_versions": "s3_browsing",
    "measure_s3": "s3_browsing",
    "plan_upload": "s3_uploading",
    "upload_paths": "s3_uploading",
    "plan_download": "s3_downloading",
    "download_s3": "s3_downloading",
    "plan_copy": "s3_changing",
    "copy_s3": "s3_changing",
    "delete_s3": "s3_changing",
    "write_sample": "samples",
    "image_uri": "images",
    "live_tail": "live_tail",
    "transform_files": "transform_objects",
    "transform_progress": "transform_objects",
    "peek_transform_input": "transform_objects",
    "result_page": "results",
    "judge_results": "results",
    "find_mistake": "results",
    "measure_drift": "drift",
    "download_results": "result_download",
    "write_training_manifest": "transform_objects",
    "invoke": "invoking",
    "shoot": "invoking",
    "judge": "judging",
    "next_mistakes": "judging",
    "next_rows": "test_rows",
}


def _task(name: str, module: str) -> Callable[..., Any]:
    def run(*arguments: Any, **named: Any) -> Any:
        return getattr(import_module(f"tui.service.worker.{module}"), name)(*arguments, **named)

    return run


def _region(context: TaskContext) -> str:
    region: str = context.client("sagemaker").meta.region_name
    return region


TASKS: dict[str, Callable[..., Any]] = {name: _task(name, module) for name, module in _PLACES.items()}
TASKS["region"] = _region
