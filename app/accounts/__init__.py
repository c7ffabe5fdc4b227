"""People: accounts, sign-in, sessions, roles with their scopes."""
