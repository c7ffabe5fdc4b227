"""make bench: what the product costs, printed, never asserted."""
