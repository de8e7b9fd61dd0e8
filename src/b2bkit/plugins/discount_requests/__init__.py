"""Asking for a discount on what is in the cart; the answer is a price step that explains itself."""
