"""Reads of the appeals slice."""
