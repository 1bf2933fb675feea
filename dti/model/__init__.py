"""The sequence-to-sequence model: building, checkpoints, serving engine."""
