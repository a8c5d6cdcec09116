"""Tools that know nothing of MAG's business: settings, database, clock, secrets, errors."""
