"""Self-training: a pair model labels unlabelled literature, learns from what is trusted, and is kept only if it got better."""
