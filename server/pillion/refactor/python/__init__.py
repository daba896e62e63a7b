"""Refactorings of Python, on the syntax tree of Python's own compiler."""
