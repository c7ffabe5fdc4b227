"""What the numbers are: plain arrays in and out, no file, no clock, no chance."""
