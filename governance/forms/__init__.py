"""The forms of this floor, one file a noun."""
