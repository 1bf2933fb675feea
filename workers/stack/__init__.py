"""The embedded stack: the production services on one machine, from Python wheels, under one supervisor."""
