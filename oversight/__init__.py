"""The rulebook, the flags, the sweep, and who is told what."""
