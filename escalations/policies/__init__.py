"""May this be done, by this person, in the state it is in? One file a route."""
