"""Cart, quantity rules, checkout, placing an order, its life and history."""
