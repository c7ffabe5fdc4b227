"""Items, their versions and banks."""
