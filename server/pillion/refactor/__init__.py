"""Refactorings decided by syntax alone: the same text and range always give the same edits.

No model, no files. What could change the meaning of the code is refused with a plain reason.
"""
