"""The parts of a log view that have a style of their own, and the styles they have unless a theme says otherwise."""

from __future__ import annotations

from widgets.log_rows import HOST_COLORS

STYLESHEET = """
LogCanvas {
    height: 1fr;
    background: $surface;
    color: $foreground;
    & > .log-view--info { color: $foreground; }
    & > .log-view--warning { color: $text-warning; }
    & > .log-view--error { color: $text-error; text-style: bold; }
    & > .log-view--traceback { color: $text-error; }
    & > .log-view--timestamp { color: $text-muted; }
    & > .log-view--empty { color: $text-muted; }
    & > .log-view--status { color: $text-muted; }
    & > .log-view--context { color: $text-muted; }
    & > .log-view--found { color: $text-muted; }
    & > .log-view--match { background: $warning-muted; color: $text-warning; }
    & > .log-view--current { background: $accent; color: $background; text-style: bold; }
    & > .log-view--here { background: $panel; }
    & > .log-view--marked { background: $primary-muted; }
    & > .log-view--prompt { color: $foreground; text-style: bold; }
    & > .log-view--caret { text-style: reverse; }
    &:nocolor > .log-view--match { text-style: underline; }
    &:nocolor > .log-view--current { text-style: reverse; }
    &:nocolor > .log-view--here { text-style: underline; }
    &:nocolor > .log-view--marked { text-style: bold; }
    & > .log-view--notice { color: $text-accent; text-style: bold; }
    & > .log-view--thumb { color: $scrollbar; }
    & > .log-view--host-0 { color: $text-primary; }
    & > .log-view--host-1 { color: $text-success; }
    & > .log-view--host-2 { color: $text-warning; }
    & > .log-view--host-3 { color: $text-secondary; }
    & > .log-view--host-4 { color: $foreground; text-style: bold; }
    & > .log-view--host-5 { color: $text-accent; }
}
"""

PARTS = {
    "log-view--info",
    "log-view--warning",
    "log-view--error",
    "log-view--traceback",
    "log-view--timestamp",
    "log-view--empty",
    "log-view--status",
    "log-view--notice",
    "log-view--thumb",
    "log-view--context",
    "log-view--found",
    "log-view--match",
    "log-view--current",
    "log-view--marked",
    "log-view--here",
    "log-view--prompt",
    "log-view--caret",
    *(f"log-view--host-{number}" for number in range(HOST_COLORS)),
}
