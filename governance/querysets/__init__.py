"""The words for asking about this floor’s records, one file a noun."""
