"""The read side: statements that return frozen views, never table rows, and change nothing."""

from db.queries import batches, changes, documents, models, names, pools, schema, self_training, statistics, triplets

__all__ = ["batches", "changes", "documents", "models", "names", "pools", "schema", "self_training", "statistics", "triplets"]
