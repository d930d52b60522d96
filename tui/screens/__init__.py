"""The main screen, which mediates between panes, and the forms and dialogs above it."""
