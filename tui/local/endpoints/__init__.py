"""Endpoints: their states, and how they get from one endpoint configuration to the next without losing a request."""
