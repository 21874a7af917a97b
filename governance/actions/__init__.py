"""The writes of this floor, one file a subject."""
