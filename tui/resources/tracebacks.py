"""What a failing host said last: its last Python traceback, else its last error lines, else its last lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

HEADER = "Traceback (most recent call last):"

ERROR_LINES = 10
"""Error lines shown of a host that wrote no traceback."""

LAST_LINES = 5
"""Lines shown of a host that wrote neither a traceback nor an error."""

MESSAGE_LINES = 8
"""Lines of an exception's message below its first: the log does not mark its end."""

Kind = Literal["traceback", "errors", "lines"]


@dataclass(frozen=True, slots=True)
class LastWords:
    """What hosts said last; several hosts when they said the same."""

    hosts: tuple[str, ...]
    kind: Kind
    lines: tuple[str, ...]


_COLOUR = re.compile(r"#033\[[\d;:]*m")

_RANK = re.compile(r"\[\d+,[^\]]*\]<std(?:err|out)>:\s?")
"""How mpirun marks the lines of each process of a host."""

_CHAINS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)

_WITHOUT_MESSAGE = re.compile(
    r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Exit|Iteration|Failure):?\s*"
)
_WITH_MESSAGE = re.compile(r"(?!(?:INFO|DEBUG|WARNING|WARN|ERROR|NOTICE|CRITICAL)\b)(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*: ")

_LOGGED = re.compile(
    r"\[?\d\d(?:\d\d)?[-/:]\d\d[-/:]|(?:INFO|DEBUG|WARNING|WARN|ERROR|NOTICE|CRITICAL)\b|#\w+[ :]|\[\d+\]"
)
"""How a line begins that a logger wrote, and not an exception."""

_ERROR = re.compile(
    r"\b(?:ERROR|CRITICAL|FATAL|Killed|Aborted|Segmentation fault|SIG(?:KILL|SEGV|ABRT|TERM))\b"
    r"|(?:Error|Exception)\b|^Caused by: |(?<![-\w])(?:error|failed|fatal|exit(?:ed)?)(?: code)?:? "
)
"""Words of an error; `train-error:0.25` is a metric."""


def last_words(host: str, messages: Iterable[str]) -> LastWords:
    """What a host said last, as its log tells."""
    lines = tuple(_split(messages))
    if traceback := last_traceback(lines):
        return LastWords((host,), "traceback", traceback)
    if errors := error_lines(lines):
        return LastWords((host,), "errors", errors)
    return LastWords((host,), "lines", lines[-LAST_LINES:])


def together(words: Iterable[LastWords]) -> tuple[LastWords, ...]:
    """The words of all hosts, tracebacks first; what several said stands there once, and silence not at all."""
    hosts: dict[tuple[Kind, tuple[str, ...]], tuple[str, ...]] = {}
    for word in words:
        if word.lines:
            said = (word.kind, word.lines)
            hosts[said] = hosts.get(said, ()) + word.hosts
    once = [LastWords(names, kind, lines) for (kind, lines), names in hosts.items()]
    return tuple(sorted(once, key=lambda word: ("traceback", "errors", "lines").index(word.kind)))


def last_traceback(lines: Iterable[str]) -> tuple[str, ...]:
    """The last traceback in a host's lines with the exceptions that led to it; empty when there is none.

    Lines of other processes and of loggers in between are left out.
    """
    split = tuple(_split(lines))
    starts = [number for number, line in enumerate(split) if HEADER in line]
    if not starts:
        return ()
    rank = _rank(split[starts[-1]])
    return _last_chain([line[len(rank) :] for line in split if line.startswith(rank) and line != rank])


def error_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The last lines that tell of an error."""
    return tuple(line for line in _split(lines) if _ERROR.search(line))[-ERROR_LINES:]


def _split(messages: Iterable[str]) -> Iterator[str]:
    """The lines of log events, of which one may hold several; tabs as tabs, without colours."""
    for message in messages:
        for line in _COLOUR.sub("", message.replace("#011", "\t")).splitlines():
            if line.strip():
                yield line.rstrip()


def _rank(line: str) -> str:
    match = _RANK.match(line)
    return match[0] if match else ""


def _last_chain(lines: list[str]) -> tuple[str, ...]:
    """The tracebacks from the last one back to the one that began it."""
    starts = [number for number, line in enumerate(lines) if HEADER in line]
    chain: list[str] = []
    for start, end in zip(reversed(starts), reversed([*starts[1:], len(lines)]), strict=True):
        between = lines[start:end]
        joint = next((line for line in between if line.strip() in _CHAINS), None)
        if chain and joint is None:
            break
        chain = [*_traceback(between), *([joint] if chain and joint else []), *chain]
    return tuple(chain)


def _traceback(lines: list[str]) -> Iterator[str]:
    """Header, frames, exception and its message, out of the lines from the header to the next one."""
    yield HEADER
    rest = iter(lines[1:])
    for line in rest:
        if line[0].isspace():
            yield line
        elif not _LOGGED.match(line) and (_WITH_MESSAGE.match(line) or _WITHOUT_MESSAGE.fullmatch(line)):
            yield line
            break
    for _, line in zip(range(MESSAGE_LINES), rest, strict=False):
        if _LOGGED.match(line) or _RANK.match(line) or line.strip() in _CHAINS:
            break
        yield line
