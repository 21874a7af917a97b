"""Doors to other systems: returns in, data out."""
