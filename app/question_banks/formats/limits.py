"""How much a file may be, and why. A file over a limit is refused in words; nothing is cut off silently."""

FILE_BYTES = 32 * 1024 * 1024
"""Bytes of a file. Room for ``ITEMS`` items in three languages at 3 kB; a larger one is refused unread."""
ITEMS = 10_000
"""Items of one file: ten times the bank of a national examination; drafts of so many stay under 200 MB."""
TEXT = 6_000
"""Characters of one text of an item, as in our own files of items."""
RAW_TEXT = 60_000
"""Characters of one text with its markup, before that is taken off: a page of an editor holds ten to one."""
LINE = 200_000
"""Characters of one line of a text format: an item on one line, all its texts in three languages."""
CHOICES = 26
"""Choices of an item, and targets of a matching: a letter each."""
LABELS = 60
"""Labels of an item."""
COLUMNS = 400
"""Columns of a table: 26 choices in three languages with rationales, and twice the rest."""
DEPTH = 40
"""Levels of nesting in XML; a table inside a list inside a choice takes fifteen."""
ELEMENTS = 2_000
"""Elements of one item in XML, so that a tree stays under 2 MB."""
ATTRIBUTES = 60
"""Attributes of one element."""
PART_BYTES = 2 * 1024 * 1024
"""Bytes of one XML file in a package, unpacked."""
IMAGE_BYTES = 1024 * 1024
"""Bytes of one picture, unpacked."""
PARTS = 3 * ITEMS + 2_000
"""Files in a package: an item in three languages, pictures and situations, the manifest."""
UNPACKED_BYTES = 128 * 1024 * 1024
"""Bytes of all files of a package together, unpacked."""
RATIO = 100
"""Times that a file of a package may be larger than packed; item XML packs to about a tenth."""
FINDINGS = 1_000
"""Findings that are kept of one file; more are counted only."""
