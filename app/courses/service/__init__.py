"""What can be done in the courses slice: studying, and practising. Nothing here commits."""
