"""Pages before the door and behind it. To everybody else, what is behind it is not there."""
