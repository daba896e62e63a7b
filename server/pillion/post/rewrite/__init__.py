"""Rewritten code to edits that are safe to show; one check per file, none asks the model."""
