"""Jobs: rows in the database, Dramatiq as the runner, a schedule."""
