"""The ground: authorities, accounts, access, the clock, the calendar, actions, history, the outbox, page parts."""
