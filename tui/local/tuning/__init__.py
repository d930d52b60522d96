"""Hyperparameter tuning: training jobs, one after the other and side by side, that search for the best values."""
