"""Price types, prices, the price pipeline and its explanation."""
