"""Core's pages: signing in and out, accounts, drafts, and what is shown when something is not as it should be."""
