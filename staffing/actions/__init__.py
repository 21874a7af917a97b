"""The only writes to what is kept of carers, rotas and shifts, one file a noun."""
