"""The only writes, one file a route."""
