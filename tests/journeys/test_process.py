"""What a started console has in its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_DEADLINE_SECONDS = 60

_STARTED = """
import asyncio, os, sys
from pathlib import Path

from tui.app import SagedeckApp
from tui.config import Config
from tui.embedded import EmbeddedSageMaker


async def main() -> None:
    folder = Path(sys.argv[1])
    embedded = EmbeddedSageMaker(folder / "data", folder / "embedded.log")
    embedded.spawn()
    app = SagedeckApp(Config(local=True, state_folder=folder), None, embedded)
    async with app.run_test(size=(120, 40)) as pilot:
        while app.service.training.jobs.snapshot.value is None:
            await pilot.pause()
        for key in ("2", "5", "3", "question_mark", "escape"):
            await pilot.press(key)
        heavy = {"boto3", "botocore", "pandas", "numpy", "sagemaker", "sklearn", "xgboost", "starlette", "uvicorn"}
        shown = {"tui.panes.data", "tui.panes.logs", "tui.panes.train", "tui.screens.help"}
        sys.__stdout__.write(f"{sorted(heavy & set(sys.modules))} after {len(shown & set(sys.modules))} of 4")
        sys.__stdout__.flush()
        os._exit(0)


asyncio.run(main())
"""


def test_a_console_that_has_listed_jobs_and_shown_its_panes_has_nothing_heavy_in_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STARTED, str(tmp_path)], capture_output=True, text=True, timeout=_DEADLINE_SECONDS
    )
    assert done.stdout == "[] after 4 of 4", done.stderr
