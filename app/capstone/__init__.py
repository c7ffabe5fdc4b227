"""The capstone: one case in writing, rated blind by two people, its outcome told by a third."""
