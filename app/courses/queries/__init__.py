"""Reads of the courses slice: courses and progress, practice, search."""
