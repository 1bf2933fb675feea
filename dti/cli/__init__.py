"""The dti command."""
