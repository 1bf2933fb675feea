"""Candidate pairs instead of sequences: an encoder reads the document, a one-step decoder asks it about every pair."""
