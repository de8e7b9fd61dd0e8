"""Notifications by web push, to each browser that a person turned them on in."""
