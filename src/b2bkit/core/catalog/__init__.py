"""Products, units and packagings, categories, visibility, stock and search."""
