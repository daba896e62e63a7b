"""Frozen text and positions in it. No files, no editor types."""
