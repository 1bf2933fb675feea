"""Readers: bytes or a remote service in, Documents out."""
