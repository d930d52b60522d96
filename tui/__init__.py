"""sagedeck: the keyboard console for Amazon SageMaker."""

__version__ = "0.1.0"
