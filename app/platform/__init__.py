"""The ground a slice stands on: settings, database, outbox, mail, files, audit, logging."""
