"""Announcements of availability: what is expected, is back, or runs out, told to whom it concerns."""
