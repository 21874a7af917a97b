"""May this be done behind the door, by this person, in the state it is in?"""
