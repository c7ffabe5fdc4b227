"""What the database keeps about objections and re-scores."""
