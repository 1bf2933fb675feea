"""Corpora, experiments and the training loop."""
