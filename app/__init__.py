"""CEASAI: courses, proctored exams and verifiable certificates in Kazakh, Russian and English."""
