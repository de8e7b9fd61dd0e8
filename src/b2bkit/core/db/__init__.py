"""The database: engines, exact types, the scoped session, migrations per owner."""
