"""Supervision that can be defended: what was seen, who reviewed it, what the candidate said, the finding."""
