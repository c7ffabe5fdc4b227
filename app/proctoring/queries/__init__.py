"""Reads of records, reviews and figures."""
