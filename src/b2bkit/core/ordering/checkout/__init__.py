"""The checkout: from a cart to an order."""
