"""The embedded SageMaker: an HTTP server that really trains, spoken to over the boto3 wire path and nothing else."""
