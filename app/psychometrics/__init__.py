"""Statistics of items and tests, and the assembly of forms.

It stands on numpy and scipy, the extra ``psychometrics``: commands load it, web processes never do.
"""

import os

# read once, when numpy is loaded: on matrices of this size threads wait for each other more than they compute
# (a two-parameter fit on a busy machine with two cores: 34 s with two threads, 2 s with one)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - said to a library, not read by us
