"""Metrics and suites: what `pillion eval` and `pillion bench` run."""
