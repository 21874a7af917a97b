"""The ladder, escalations and responses. Empty until its own issue."""
