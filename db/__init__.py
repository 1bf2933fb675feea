"""The knowledge base in PostgreSQL."""
