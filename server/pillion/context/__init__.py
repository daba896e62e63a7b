"""Which code the model should see. Pure functions from text to windows and snippets."""
