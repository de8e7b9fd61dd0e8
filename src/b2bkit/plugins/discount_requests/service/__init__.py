"""The rules: asking, answering, using."""
