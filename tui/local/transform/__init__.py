"""Batch transform: jobs that put the objects of a prefix through a model, and the parts they are made of."""
