"""What can be done in exams: forms, applications, booking, rooms, delivery. Nothing here commits."""
