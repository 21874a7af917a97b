"""This floor’s writes, one file a noun."""
