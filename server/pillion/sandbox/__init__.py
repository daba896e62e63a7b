"""Runs code that nobody has read: a model wrote it. Apart from the host, within limits."""
