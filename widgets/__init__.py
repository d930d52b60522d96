"""Widgets that any Textual program could use; they import Textual, Rich and the standard library only."""
