"""Allegations about adults who work with children: behind a locked door. Nothing below or beside can reach them."""
