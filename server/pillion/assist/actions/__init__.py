"""Code actions: what can be done at a place of a document, and how each is done."""
