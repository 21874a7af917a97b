"""Pages that look across the house. No models."""
