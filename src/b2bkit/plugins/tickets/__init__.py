"""Requests of clients: categories with their own fields and deadlines, a task in the ERP for each, answers that come back."""
