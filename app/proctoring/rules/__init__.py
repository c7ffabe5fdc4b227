"""Decisions about records of exams: plain values in, plain values out."""
