"""Decisions, issuing, signing, status and verification."""
