"""One module per LSP feature: settings, snapshot, convert in, call the core, convert out."""
