"""Flows: what goes between the portal and 1C, each kind of data by its own way and its own clock."""
