"""The one async SageMaker service layer: asyncio and resources, nothing of the screen and nothing of boto3."""
