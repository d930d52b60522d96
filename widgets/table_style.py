"""How a table looks: the parts a stylesheet can name, and their looks by default."""

COMPONENT_CLASSES = {
    "table--header",
    "table--cursor",
    "table--error",
    "table--mark",
    "table--note",
    "table--scrollbar",
}
"""
| Class | What |
| :- | :- |
| `table--header` | The line of titles. |
| `table--cursor` | The row under the cursor; with `:focus` while keys go to the table. |
| `table--error` | The band above stale rows, and the error where there are no rows. |
| `table--mark` | The sign at the left of a marked row. |
| `table--note` | The loading and empty texts. |
| `table--scrollbar` | The thumb of the scrollbar. |
"""

DEFAULT_CSS = """
Table {
    height: 1fr;
    background: $background;
    color: $foreground;

    & > .table--header { color: $text-muted; text-style: bold; }
    & > .table--note { color: $text-muted; }
    & > .table--error { background: $error-muted; color: $text-error; text-style: bold; }
    & > .table--mark { color: $accent; }
    & > .table--scrollbar { color: $primary; }
    & > .table--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
        text-style: $block-cursor-blurred-text-style;
    }
    &:focus > .table--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    &:ansi > .table--error { background: ansi_default; color: ansi_red; text-style: bold reverse; }
    &:ansi > .table--cursor { text-style: underline; }
    &:ansi:focus > .table--cursor { text-style: bold; }
    &:nocolor > .table--error { text-style: bold; }
    &:nocolor > .table--cursor { text-style: underline; }
    &:nocolor:focus > .table--cursor { text-style: reverse; }
}
"""
