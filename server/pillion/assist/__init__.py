"""One top-to-bottom function per thing the user gets."""
