"""What people type about a child, one file a noun."""
