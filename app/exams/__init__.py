"""Blueprints, forms, sittings, attempts, responses and scores. THE PASS RULE is in rules/scoring.py."""
