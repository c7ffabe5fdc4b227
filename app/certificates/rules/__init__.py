"""What the certificates slice decides, without any I/O."""
