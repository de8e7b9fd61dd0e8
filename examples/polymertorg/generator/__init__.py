"""Believable data of a polymer trader, made the same from the same seed and day. People and companies are invented."""
