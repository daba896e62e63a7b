"""Refactorings of TypeScript and JavaScript, on the tree of tree-sitter."""
