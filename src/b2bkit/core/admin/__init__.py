"""The manager's workspace."""
