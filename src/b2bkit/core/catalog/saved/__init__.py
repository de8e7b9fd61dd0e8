"""Filters of the catalogue that a buyer keeps under a name, his own or the company's."""
