"""What can be done to cases, certificates and status lists, by verb."""
