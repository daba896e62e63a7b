"""Weaknesses that an edit or a suggestion would bring in: told by rules, never by a model."""
