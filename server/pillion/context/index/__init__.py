"""The index of a workspace: what is defined where, who imports whom, and which code is alike."""
