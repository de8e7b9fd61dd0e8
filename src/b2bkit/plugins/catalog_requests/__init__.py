"""Asking for more of the catalogue than the contract opens, and opening it for a time."""
