"""What a process keeps of the system's memory."""

import subprocess
import sys

_SIGN_INS = """
import sys, threading
import psutil
from app.platform.memory import share_one_arena
from app.platform.passwords import MEMORY_KIB, Passwords

if sys.argv[1] == "shared":
    share_one_arena()
passwords = Passwords()
kept = passwords.hash("a long password")
before = psutil.Process().memory_info().rss
hands = [threading.Thread(target=lambda: [passwords.verify("a long password", kept) for _ in range(4)]) for _ in range(4)]
for hand in hands:
    hand.start()
for hand in hands:
    hand.join()
print((psutil.Process().memory_info().rss - before) // 1024 // MEMORY_KIB)
"""


def test_password_hashes_leave_nothing_behind_in_the_arenas_of_threads() -> None:
    """Counted in blocks of one hash: threads with arenas of their own keep several."""

    def kept(how: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", _SIGN_INS, how], capture_output=True, text=True, check=True, timeout=120
        )
        return int(done.stdout)

    assert kept("shared") <= 0
    assert kept("own") >= 2, "the test would notice nothing here: the library keeps no memory anyway"
