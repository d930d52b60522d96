"""The keys of a log view, each with the name and the explanation that help and palette show."""

from __future__ import annotations

from textual.binding import Binding, BindingType

SCROLLER_BINDINGS: list[BindingType] = [
    Binding("f", "toggle_follow", "Follow", id="log.follow", tooltip="Stay at the newest line, or stop there"),
    Binding("t", "cycle_timestamps", "Times", id="log.timestamps", tooltip="Times: off, relative, UTC, local"),
    Binding("w", "toggle_wrap", "Wrap", id="log.wrap", tooltip="Wrap long lines, or cut them at the edge"),
    Binding("k,up", "scroll_rows(-1)", "Up", id="log.up", tooltip="One line up", show=False),
    Binding("j,down", "scroll_rows(1)", "Down", id="log.down", tooltip="One line down", show=False),
    Binding("ctrl+b,pageup", "scroll_pages(-1)", "Page up", id="log.page_up", tooltip="One page up", show=False),
    Binding(
        "ctrl+f,pagedown,space", "scroll_pages(1)", "Page down", id="log.page_down", tooltip="One page down", show=False
    ),
    Binding("ctrl+u", "scroll_halves(-1)", "Half up", id="log.half_up", tooltip="Half a page up", show=False),
    Binding("ctrl+d", "scroll_halves(1)", "Half down", id="log.half_down", tooltip="Half a page down", show=False),
    Binding("g,home", "scroll_top", "First line", id="log.top", tooltip="To the oldest line", show=False),
    Binding("G,end", "follow", "Last line", id="log.end", tooltip="To the newest line, and follow", show=False),
    Binding("h,left", "scroll_sideways(-1)", "Left", id="log.left", tooltip="Half a screen left", show=False),
    Binding("l,right", "scroll_sideways(1)", "Right", id="log.right", tooltip="Half a screen right", show=False),
]

FINDER_BINDINGS: list[BindingType] = [
    Binding(
        "slash",
        "ask('search')",
        "Search",
        id="log.search",
        tooltip="Search; re: begins a regular expression",
        key_display="/",
    ),
    Binding("n", "match(1)", "Next match", id="log.next", tooltip="To the next match of the search", show=False),
    Binding("N", "match(-1)", "Previous match", id="log.previous", tooltip="To the match before", show=False),
    Binding(
        "ampersand",
        "ask('filter')",
        "Filter",
        id="log.filter",
        tooltip="Show only lines that match, and lines around them",
        key_display="&",
    ),
    Binding(
        "exclamation_mark",
        "ask('exclude')",
        "Exclude",
        id="log.exclude",
        tooltip="Hide lines that match",
        key_display="!",
        show=False,
    ),
    Binding(
        "plus",
        "context(1)",
        "More context",
        id="log.more_context",
        tooltip="One line more around those the filter finds",
        key_display="+",
        show=False,
    ),
    Binding(
        "minus",
        "context(-1)",
        "Less context",
        id="log.less_context",
        tooltip="One line less around those the filter finds",
        key_display="-",
        show=False,
    ),
    Binding(
        "e",
        "error(1)",
        "Next error",
        id="log.next_error",
        tooltip="To the next error, traceback or bad exit",
        show=False,
    ),
    Binding("E", "error(-1)", "Previous error", id="log.previous_error", tooltip="To the error before", show=False),
    Binding(
        "m",
        "jump_time(60, 1)",
        "Next minute",
        id="log.next_minute",
        tooltip="To the next minute that has lines",
        show=False,
    ),
    Binding(
        "M",
        "jump_time(60, -1)",
        "Previous minute",
        id="log.previous_minute",
        tooltip="To the minute before",
        show=False,
    ),
    Binding(
        "o",
        "jump_time(3600, 1)",
        "Next hour",
        id="log.next_hour",
        tooltip="To the next hour that has lines",
        show=False,
    ),
    Binding(
        "O", "jump_time(3600, -1)", "Previous hour", id="log.previous_hour", tooltip="To the hour before", show=False
    ),
    Binding(
        "T", "ask('time')", "Go to time", id="log.time", tooltip="To a time of day, or a date and time", show=False
    ),
    Binding(
        "escape", "clear_found", "Clear", id="log.clear", tooltip="Take back the search, then the filter", show=False
    ),
]

VIEW_BINDINGS: list[BindingType] = [
    Binding("enter", "unfold", "JSON", id="log.unfold", tooltip="Lay out the JSON of a line, or fold it", show=False),
    Binding("v", "mark", "Mark lines", id="log.mark", tooltip="Mark lines with the keys that move", show=False),
    Binding(
        "c",
        "copy_lines",
        "Copy lines",
        id="log.copy",
        tooltip="Copy the lines marked with v, or what is selected with the mouse",
        show=False,
    ),
    Binding(
        "X",
        "save",
        "Save",
        id="log.save",
        tooltip="Write lines to a file: the marked, the matching, all, or those on the screen",
        show=False,
    ),
]
