"""Reads of the certificates slice, by what they serve."""
