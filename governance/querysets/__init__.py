"""The words for asking about meetings, concerns and quality assurance, one file a subject, and who may see which."""
