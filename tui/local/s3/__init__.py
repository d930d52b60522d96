"""The small S3 of the embedded SageMaker: its objects, and the REST-XML face that clients speak to."""
