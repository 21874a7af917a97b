"""The words for asking about what is decided and answered, one file a noun."""
