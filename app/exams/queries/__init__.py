"""Reads of the exams slice, by what they serve."""
