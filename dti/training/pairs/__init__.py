"""Training of pair models: which candidate drug acts on which candidate target, and how."""
