"""Training jobs at work: their states, their processes, their input and output."""
