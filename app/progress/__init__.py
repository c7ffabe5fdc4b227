"""Public pages with live figures: reads only."""
