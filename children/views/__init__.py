"""A page for each act of this floor, one file a noun."""
