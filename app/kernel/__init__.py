"""What every floor stands on: time, ids, errors, column types, canonical JSON. No framework."""
