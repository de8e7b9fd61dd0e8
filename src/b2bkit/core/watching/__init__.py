"""What a person waits for: a product back in stock, another price."""
