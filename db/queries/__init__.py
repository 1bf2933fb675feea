"""The read side: statements that return frozen views, never table rows, and change nothing."""

from db.queries import batches, documents, schema, statistics, triplets

__all__ = ["batches", "documents", "schema", "statistics", "triplets"]
