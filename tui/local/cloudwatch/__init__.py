"""CloudWatch metrics and alarms of the embedded SageMaker."""
