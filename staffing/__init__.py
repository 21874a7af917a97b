"""Carers, checks, training, stand-downs, rota and shifts. Empty until its own issue."""
