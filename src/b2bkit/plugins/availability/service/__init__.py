"""The rules of availability."""
