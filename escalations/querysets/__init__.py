"""The words for asking about escalations, disputes and reports. One file a route."""
