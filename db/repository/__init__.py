"""The write side of the knowledge base. Functions work in the caller's transaction and never commit."""
