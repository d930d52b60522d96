"""The last words of failing hosts, found between everything else that a log holds."""

from __future__ import annotations

from tui.resources.tracebacks import ERROR_LINES, HEADER, LastWords, error_lines, last_traceback, last_words, together

XGBOOST = [
    "[2026-11-23:14:37:04:INFO] Running XGBoost Sagemaker in algorithm mode",
    "[2026-11-23:14:37:04:ERROR] Reporting training FAILURE",
    "[2026-11-23:14:37:04:ERROR] framework error: ",
    HEADER,
    '  File "/miniconda3/lib/python3/site-packages/sagemaker_containers/_trainer.py", line 84, in train',
    "    entrypoint()",
    "sagemaker_algorithm_toolkit.exceptions.UserError: Failed to load csv data with exception:",
    "Expected 3 fields in line 201, saw 2 (/opt/ml/input/data/train/x.csv)",
]
LINEAR = [
    "[11/23/2026 14:37:08 INFO 140498516306816] Using default worker.",
    "[11/23/2026 14:37:08 ERROR 140498516306816] Customer Error: Unable to parse csv: rows 1-1000",
    "Caused by: could not convert string to float: 'label'",
]


def frames(name: str, error: str) -> list[str]:
    return [HEADER, f'  File "train.py", line 1, in {name}', f"    {name}()", error]


def test_a_traceback_goes_from_its_header_to_the_end_of_its_message() -> None:
    log = [*XGBOOST, "[2026-11-23:14:37:05:INFO] later", "Error: much later"]
    assert last_traceback(log) == tuple(XGBOOST[3:])


def test_of_several_tracebacks_the_last_one_counts() -> None:
    log = [
        *frames("first", "ValueError: 1"),
        "2026-11-23 14:00:00 INFO tried again",
        *frames("second", "KeyError: 'x'"),
    ]
    assert last_traceback(log) == tuple(frames("second", "KeyError: 'x'"))


def test_a_chain_is_shown_from_the_exception_that_began_it() -> None:
    direct = "The above exception was the direct cause of the following exception:"
    during = "During handling of the above exception, another exception occurred:"
    chain = [
        *frames("a", "OSError: [Errno 5] Input/output error"),
        "",
        direct,
        "",
        *frames("b", "RuntimeError: bad data"),
        "",
        during,
        "",
        *frames("c", "SystemExit: 1"),
    ]
    log = [*frames("unrelated", "ValueError: 0"), "ERROR:root:went on", *chain]
    assert last_traceback(log) == tuple(line for line in chain if line)


def test_lines_of_loggers_between_the_frames_are_left_out() -> None:
    log = frames("step", "ValueError: 3")
    noisy = [log[0], "[2026-11-23:14:37:04:INFO] other thread: hello", log[1], "#metrics {}", *log[2:]]
    assert last_traceback(noisy) == tuple(log)


def test_of_interleaved_processes_of_one_host_each_is_read_by_its_mark() -> None:
    zero, one = frames("zero", "ValueError: 0"), frames("one", "ValueError: 1")
    log = [
        line
        for pair in zip(zero, one, strict=True)
        for line in (f"[1,mpirank:0,algo-1]<stderr>:{pair[0]}", f"[1,mpirank:1,algo-1]<stderr>:{pair[1]}")
    ]
    assert last_traceback(log) == tuple(one)


def test_a_traceback_in_one_event_and_tabs_as_cloudwatch_writes_them_are_lines() -> None:
    event = "\n".join(frames("whole", "ValueError: #011tab"))
    assert last_traceback([f"2026-11-23 ERROR {event}"]) == (*frames("whole", "ValueError: \ttab"),)


def test_an_exception_without_a_message_ends_its_traceback() -> None:
    log = frames("asserted", "AssertionError")
    assert last_traceback([*log, "[2026-11-23:14:37:04:INFO] bye"]) == tuple(log)


def test_without_a_traceback_there_is_none() -> None:
    assert last_traceback([]) == ()
    assert last_traceback(["", *LINEAR]) == ()


def test_a_traceback_that_is_cut_off_is_shown_as_far_as_it_goes() -> None:
    assert last_traceback(frames("cut", "")[:2]) == tuple(frames("cut", "")[:2])


def test_error_lines_are_those_that_tell_of_an_error() -> None:
    assert error_lines(LINEAR) == tuple(LINEAR[1:])
    assert error_lines(["[0]#011train-error:0.25", "[1]#011validation-error: 0.2"]) == ()
    many = [f"ERROR {number}" for number in range(50)]
    assert error_lines(many) == tuple(many[-ERROR_LINES:])


def test_every_host_says_its_last_words_and_hosts_that_say_the_same_say_it_once() -> None:
    quiet = [f"round {number}" for number in range(9)]
    lost = frames("wait", "ConnectionError: lost")
    logs = {"algo-1": quiet, "algo-2": lost, "algo-3": LINEAR, "algo-4": [], "algo-5": lost}
    assert together(last_words(host, lines) for host, lines in logs.items()) == (
        LastWords(("algo-2", "algo-5"), "traceback", tuple(lost)),
        LastWords(("algo-3",), "errors", tuple(LINEAR[1:])),
        LastWords(("algo-1",), "lines", tuple(quiet[-5:])),
    )


def test_colours_hide_nothing() -> None:
    plain = frames("load", "ValueError: no such column")
    coloured = [f"#033[1;31m{line[:4]}#033[0m{line[4:]}" for line in plain]
    assert last_traceback([*coloured, "#033[32m[2026-11-23:14:37:05:INFO] later#033[0m"]) == tuple(plain)
