"""Scorers: what a set of extracted triplets is worth against a set of known ones."""
