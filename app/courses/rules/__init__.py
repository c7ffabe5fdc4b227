"""Decisions of the courses slice: plain values in, plain values out."""
