"""The capstone: one case worked through in writing, rated blind by two people, its outcome told by a third."""
