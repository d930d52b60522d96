"""One work on a CSV file in a process that has loaded nothing else; prints its seconds and its peak memory in MB.

python -m tests.bench.data_work pandas|inspect|repair|split FILE
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
import time
from pathlib import Path

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport


def work(what: str, path: Path) -> None:
    """One work on the file, in this process; prints its seconds and its peak memory in MB."""
    report_file = path.with_suffix(".report")
    context = ScriptedContext()
    began = time.perf_counter()
    if what == "pandas":
        import pandas as pd

        began = time.perf_counter()
        pd.read_csv(path)
    elif what == "inspect":
        from tui.service.worker.csv_inspection import inspect_csv

        began = time.perf_counter()
        report_file.write_bytes(pickle.dumps(inspect_csv(context, str(path))))
    else:
        from tui.resources.csv_repairs import plan_of, proposed
        from tui.resources.split_plans import default_plan
        from tui.service.worker.csv_repairing import repair_csv
        from tui.service.worker.splitting import split_csv

        report: CsvReport = pickle.loads(report_file.read_bytes())
        began = time.perf_counter()
        if what == "repair":
            repair_csv(context, plan_of(report, str(path.with_name("new.csv")), proposed(report)))
        else:
            split_csv(context, str(path), default_plan(report), str(path.with_name("split")))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(json.dumps([seconds, peak]) + "\n")


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
