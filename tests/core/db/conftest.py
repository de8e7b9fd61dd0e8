"""What the tests of the database room share."""

from b2bkit.testing.databases import database, databases, dialect

__all__ = ["database", "databases", "dialect"]
