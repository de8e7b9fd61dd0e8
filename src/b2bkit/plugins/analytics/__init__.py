"""Analytics: purchases for clients, sales for staff, from daily aggregates."""
