"""Who decides: meetings, actions, concerns, assurance."""
