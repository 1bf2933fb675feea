"""Names to identifiers."""
