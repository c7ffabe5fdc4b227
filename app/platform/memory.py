"""How this process asks the system for memory."""

import ctypes

_M_ARENA_MAX = -8
"""Source: glibc, malloc.h."""


def share_one_arena() -> None:
    """Let all threads allocate from one arena; to be called before there are threads.

    glibc gives each thread an arena of its own, and each keeps what the largest password hash in it took
    (19 MiB and more): 76 MiB a process that nobody uses. Only one thread at a time runs Python anyway. Other
    C libraries have no such arenas, and nothing is done there.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
