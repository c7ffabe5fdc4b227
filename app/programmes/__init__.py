"""Programmes, cohorts, invitations, training relations, milestones and counters."""
