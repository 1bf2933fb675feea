"""Routes by resource. They translate between the wire and the store, and hold no SQL."""
