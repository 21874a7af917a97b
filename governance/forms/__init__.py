"""What people type on this floor, one file a noun."""
