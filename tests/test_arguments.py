"""The command line, as a shell sees it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tui import __version__

_COMMAND = [sys.executable, "-m", "tui"]
_DEADLINE_SECONDS = 60


def sagedeck(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run without a terminal."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_SECONDS,
        env=os.environ | environment,
    )


def in_terminal(*arguments: str) -> tuple[int, str]:
    """The exit status of a run in a terminal, and what it says there on standard error."""
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [*_COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            text=True,
            timeout=_DEADLINE_SECONDS,
        )
    finally:
        os.close(master)
        os.close(slave)
    return done.returncode, done.stderr


def test_the_version() -> None:
    done = sagedeck("--version")
    assert (done.returncode, done.stdout) == (0, f"sagedeck {__version__}\n")


def test_help_names_every_flag_and_the_other_command() -> None:
    done = sagedeck("--help")
    assert done.returncode == 0
    for word in ("--local", "--profile", "--region", "--endpoint-url", "--read-only", "--data", "local serve"):
        assert word in done.stdout


@pytest.mark.parametrize("flag", ["--profile", "--region", "--endpoint-url"])
def test_local_takes_nothing_of_aws(flag: str) -> None:
    done = sagedeck("--local", flag, "x")
    assert done.returncode == 2
    assert done.stderr == (
        "sagedeck: --local is an account of its own: it takes no --profile, --region or --endpoint-url\n"
    )


def test_without_a_terminal_there_is_a_sentence() -> None:
    done = sagedeck("--local")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "sagedeck: the console needs a terminal; over ssh, ask for one with ssh -t\n"


def test_with_standard_streams_closed_there_is_one_too() -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *_COMMAND], stderr=subprocess.PIPE, text=True, timeout=_DEADLINE_SECONDS
    )
    assert done.returncode == 2
    assert done.stderr.startswith("sagedeck: the console needs a terminal")


def test_an_unknown_flag_is_named() -> None:
    done = sagedeck("--lokal")
    assert done.returncode == 2
    assert "--lokal" in done.stderr


@pytest.mark.parametrize(("arguments", "status"), [(["local"], 2), (["local", "stop"], 2), (["local", "--help"], 0)])
def test_local_without_serve_says_how(arguments: list[str], status: int) -> None:
    done = sagedeck(*arguments)
    assert done.returncode == status
    assert "usage: sagedeck local serve [--port N] [--data DIR]" in done.stderr


def test_local_serve_takes_its_own_arguments(tmp_path: Path) -> None:
    assert "--port" in sagedeck("local", "serve", "--help").stdout
    with subprocess.Popen(
        [*_COMMAND, "local", "serve", "--port", "0", "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(_DEADLINE_SECONDS) == 0


def test_a_wrong_configuration_ends_in_a_sentence() -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "sagedeck" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("read_only = 1\n")
    assert in_terminal("--local") == (2, f"sagedeck: {path}, line 1: read_only: must be true or false\n")


def test_a_state_folder_that_cannot_be_used_ends_in_a_sentence() -> None:
    state = Path(os.environ["XDG_STATE_HOME"])
    state.parent.mkdir(parents=True)
    state.write_text("in the way")
    status, said = in_terminal()
    assert status == 2
    assert said.startswith("sagedeck: the folder for drafts and messages cannot be used: [Errno 20] Not a directory")
    state.unlink()
    (state / "sagedeck" / "worker.log").mkdir(parents=True)
    status, said = in_terminal()
    assert status == 2
    assert said.startswith("sagedeck: the folder for drafts and messages cannot be used: [Errno 21] Is a directory")


_IMPORTS = """
import sys
from importlib import import_module
from pkgutil import iter_modules
import tui.__main__, tui.app, tui.panes, tui.resources, tui.screens, tui.service, themes, widgets

for package in (tui, tui.panes, tui.resources, tui.screens, tui.service, themes, widgets):
    for module in iter_modules(package.__path__, package.__name__ + "."):
        if module.name not in ("tui.local", "tui.service.worker"):
            import_module(module.name)
heavy = {"boto3", "botocore", "pandas", "numpy", "sagemaker", "sklearn", "xgboost", "starlette", "uvicorn"}
print(sorted(heavy & set(sys.modules)))
"""


def test_the_consoles_process_is_free_of_boto3_pandas_and_the_sdk() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS], capture_output=True, text=True, timeout=_DEADLINE_SECONDS, check=True
    )
    assert done.stdout == "[]\n"
