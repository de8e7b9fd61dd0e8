"""Narrowing the catalogue: which values there are, how many products each would leave, in the database or, when it is large, in memory."""
