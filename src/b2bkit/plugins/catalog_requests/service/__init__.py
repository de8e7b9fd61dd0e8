"""The rules: asking, deciding, ending."""
