"""What runs in the AWS worker process: boto3, pandas and file work. Nothing in the console's own process imports this."""
