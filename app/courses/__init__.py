"""Courses, lessons, progress, practice and search."""
