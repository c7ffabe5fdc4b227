"""The decisions of an exam: plain values in, plain values out."""
