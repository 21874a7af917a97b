"""The only writes of this floor, one file a noun."""
