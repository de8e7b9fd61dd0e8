"""Notification kinds, channels, preferences and the inbox."""
