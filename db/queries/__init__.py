"""The read side: statements that return frozen views, never table rows, and change nothing."""
