"""The sweep: raises what breaches and does not stand, clears what stands and no longer breaches."""


def recheck(*, subjects, as_of) -> None:
    """Check the rules again for what an action touched."""
