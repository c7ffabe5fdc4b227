"""Statistics of items and tests, and the assembly of forms.

It stands on numpy and scipy, the extra ``psychometrics``: commands load it, web processes never do.
"""
