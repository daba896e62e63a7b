"""Where model files come from: each source appends what is missing to a partial file.

Nothing here writes under a model's final name; `pillion.engine.store` does, once `fill` has found
the bytes to be the pinned ones.
"""
