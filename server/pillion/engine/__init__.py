"""Text in, chunks out: the only layer that runs a model or uses the network."""
