"""What people type about placements, one file a noun."""
