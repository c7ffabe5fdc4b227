"""What people do: record, correct, review, answer; and the blind draw."""
