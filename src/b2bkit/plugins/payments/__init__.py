"""Payments: a calendar of what is to be paid and when, its feed for a calendar program, reminders."""
