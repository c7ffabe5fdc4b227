"""GIFT, Moodle's format of plain text.

Source: Moodle documentation, "GIFT format".
"""
