"""What people type, one file a route."""
