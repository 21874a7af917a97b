"""Allegations about adults, behind a locked door. Empty until its own issue."""
