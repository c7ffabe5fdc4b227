"""A few hundred simulated candidates against real processes that are killed under them."""
