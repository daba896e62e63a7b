"""What a folder could bring along to be run by accident."""

from pathlib import Path

Path(__file__).parent.with_name("it-was-run").touch()
