"""What a sentence says of a pair: affirmed or denied, how certainly, in what system, with which figures."""
