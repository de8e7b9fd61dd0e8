"""The rules: reckoning days, counting searches, reading periods."""
