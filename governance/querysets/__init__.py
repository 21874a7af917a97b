"""The words for asking about what is decided and planned, one file a subject."""
