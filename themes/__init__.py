"""The console's looks: three themes, the tokens that statuses are coloured by, and the stylesheet."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

STYLESHEET = Path(__file__).parent / "sagedeck.tcss"
"""The layout of the main screen, in theme tokens only."""

DIALOGS_STYLESHEET = Path(__file__).parent / "dialogs.tcss"
"""The layout of forms and dialogs, which a start of the console does without."""

STATUS_TOKENS = {
    "status-running": "#5aa9e6",
    "status-completed": "#57b894",
    "status-failed": "#e5677a",
    "status-stopped": "#a5a8b0",
    "status-waiting": "#d7a65f",
}
"""What any theme without its own status colours gets."""

DARK = Theme(
    name="sagedeck-dark",
    primary="#5fb3a1",
    secondary="#7d8fb3",
    accent="#e0a458",
    warning="#d7a65f",
    error="#e5677a",
    success="#57b894",
    foreground="#d8dee4",
    background="#14181d",
    surface="#191e24",
    panel="#232a32",
    dark=True,
    variables=STATUS_TOKENS,
)

LIGHT = Theme(
    name="sagedeck-light",
    primary="#1f7a68",
    secondary="#4c5f86",
    accent="#a65f00",
    warning="#8a5a00",
    error="#b3263c",
    success="#1d7a4f",
    foreground="#1d232a",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e6e3db",
    dark=False,
    variables={
        "status-running": "#1b62a5",
        "status-completed": "#1d7a4f",
        "status-failed": "#b3263c",
        "status-stopped": "#5b6068",
        "status-waiting": "#8a5a00",
    },
)

ANSI = Theme(
    name="sagedeck-ansi",
    primary="ansi_cyan",
    secondary="ansi_blue",
    accent="ansi_yellow",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
        "status-running": "ansi_bright_blue",
        "status-completed": "ansi_green",
        "status-failed": "ansi_red",
        "status-stopped": "ansi_default",
        "status-waiting": "ansi_yellow",
    },
)
"""The sixteen colours of the terminal's own palette, for terminals that have no more and people who chose them."""

THEMES = (DARK, LIGHT, ANSI)
