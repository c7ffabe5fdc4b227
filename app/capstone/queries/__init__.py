"""What the pages of the capstone read, each through a door."""
