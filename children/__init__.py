"""The child, her episodes and legal statuses, who works with her, and decisions on her record."""
