"""The serving side of the embedded SageMaker: the process that runs models, and InvokeEndpoint in front of it."""
