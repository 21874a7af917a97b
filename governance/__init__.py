"""Meetings, actions and the concern ledger. Empty until its own issue."""
