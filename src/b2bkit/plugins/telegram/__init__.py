"""Notifications by a bot of Telegram."""
