"""Model text to text worth showing. One filter per file; never calls the engine."""
