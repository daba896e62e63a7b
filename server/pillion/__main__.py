"""`python -m pillion` does what `pillion` does."""

from __future__ import annotations

from pillion.cli import main

if __name__ == "__main__":
    main()
