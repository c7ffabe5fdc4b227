"""What the database keeps of exams: blueprints and forms, sittings and bookings, attempts and responses."""
