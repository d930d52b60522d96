"""The panes, one module each; a pane gets the service through its constructor and never knows another pane."""
