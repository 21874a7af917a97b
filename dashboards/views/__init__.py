"""The composed pages, one module each. They read and never write, save that a file was opened."""
