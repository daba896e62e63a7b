"""Context to exact model input. Templates are data; nothing here runs a model."""
