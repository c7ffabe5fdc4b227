"""Brand packs: validated, versioned data, and the one resolver of which brand speaks."""
