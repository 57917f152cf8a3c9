"""Which images there are and which files belong to each. No torch, no Qt."""
