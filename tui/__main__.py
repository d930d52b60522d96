"""The command `sagedeck`: arguments, configuration, child processes, then the console."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tui import __version__

if TYPE_CHECKING:
    from tui.config import Config
    from tui.embedded import EmbeddedSageMaker


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console, or the embedded SageMaker on its own; the exit status of the process."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["local"]:
        _local(words[1:])
    options = _parser().parse_args(words)
    if options.local and (options.profile or options.region or options.endpoint_url):
        print(
            "sagedeck: --local is an account of its own: it takes no --profile, --region or --endpoint-url",
            file=sys.stderr,
        )
        return 2
    if not (os.isatty(0) and os.isatty(1)):
        print("sagedeck: the console needs a terminal; over ssh, ask for one with ssh -t", file=sys.stderr)
        return 2
    return _console(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sagedeck",
        description="The keyboard console for Amazon SageMaker.",
        epilog="sagedeck local serve --help: the embedded SageMaker on its own, for boto3 and the AWS CLI.",
    )
    parser.add_argument("--local", action="store_true", help="use the embedded SageMaker: no AWS account, no cost")
    parser.add_argument("--profile", metavar="P", help="AWS profile")
    parser.add_argument("--region", metavar="R", help="AWS region")
    parser.add_argument("--endpoint-url", metavar="URL", help="send every request to this address")
    parser.add_argument("--read-only", action="store_true", help="refuse every call that changes something")
    parser.add_argument("--data", metavar="DIR", type=Path, help="data folder of the embedded SageMaker")
    parser.add_argument("--version", action="version", version=f"sagedeck {__version__}")
    return parser


def _local(words: list[str]) -> NoReturn:
    if words[:1] != ["serve"]:
        print("usage: sagedeck local serve [--port N] [--data DIR]", file=sys.stderr)
        sys.exit(0 if words[:1] in (["--help"], ["-h"]) else 2)
    # Another program in the same process id: the console's modules and the server's never meet.
    os.execv(sys.executable, [sys.executable, "-m", "tui.local", *words])


def _console(options: argparse.Namespace) -> int:
    gc.disable()  # nothing made on the way to the first screen is garbage; the main screen switches it on again
    from tui.config import ConfigError, load  # noqa: PLC0415
    from tui.service.gateway import spawn_worker  # noqa: PLC0415

    try:
        config = load(vars(options), os.environ)
        config.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The worker begins before Textual is imported, so that both load side by side.
        worker = spawn_worker(config.state_folder / "worker.log")
        embedded = _spawn_embedded(config) if config.local else None
    except ConfigError as error:
        print(f"sagedeck: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"sagedeck: the folder for drafts and messages cannot be used: {error}", file=sys.stderr)
        return 2
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from tui.app import run  # noqa: PLC0415

    return run(config, worker, embedded)


def _spawn_embedded(config: Config) -> EmbeddedSageMaker:
    from tui.embedded import EmbeddedSageMaker, usual_folder  # noqa: PLC0415

    embedded = EmbeddedSageMaker(config.data or usual_folder(os.environ), config.state_folder / "embedded.log")
    embedded.spawn()
    return embedded


if __name__ == "__main__":
    sys.exit(main())
