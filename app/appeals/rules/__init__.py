"""Decisions about objections and re-scores: plain values in, plain values out."""
