"""A table with one item a row, and a column for each text and language. Columns: ``columns.DESCRIBED``."""
