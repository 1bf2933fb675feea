"""Domain types: frozen values without behaviour beyond what they are."""
