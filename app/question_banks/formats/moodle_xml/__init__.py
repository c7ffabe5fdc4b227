"""Moodle XML.

Source: Moodle documentation, "Moodle XML format"; the types of Moodle 4.5.
"""
