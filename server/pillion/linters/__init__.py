"""The project's own linters and type checkers: those it has settings for, run on a text.

They are programs of the project, so they run only where the user has said that they may.
"""
