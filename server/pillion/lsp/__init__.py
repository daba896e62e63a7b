"""The only layer that imports pygls or lsprotocol."""
