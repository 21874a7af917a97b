"""May this be done to a record of this floor, by this person, in the state it is in? One file a noun."""
