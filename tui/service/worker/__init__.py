"""What runs in the AWS worker process: boto3, pandas and file work. The console never imports it."""
