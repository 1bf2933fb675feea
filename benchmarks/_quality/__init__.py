"""How good extraction is: the floor without a neural network, and what it and a checkpoint are scored on."""
