"""May this be done, in the state it is in? One file a subject."""
