"""From the files of a bank to what may be stored: shapes, reading, checks."""
