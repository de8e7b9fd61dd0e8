"""Favourite products and named lists of them, a person's own or the company's."""
