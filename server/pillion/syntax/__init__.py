"""Tree-sitter behind plain values. Parsing never fails; unknown languages get a plain fallback."""
