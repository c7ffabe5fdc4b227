"""Objections of candidates to items, and re-scores: how the product corrects its own mistakes in the open."""
