"""Triplets to target sequence and back."""
