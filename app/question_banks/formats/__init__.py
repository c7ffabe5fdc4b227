"""Items in the formats of others: bytes to neutral drafts, and back. No database, no framework."""
